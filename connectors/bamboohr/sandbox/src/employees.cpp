#include "employees.h"

#include <algorithm>

namespace bamboohr_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;
using sandbox::string_member;

constexpr std::int64_t kFirstId = 101;
constexpr std::int64_t kUsualPage = 250;
constexpr std::int64_t kLargestPage = 2500;
constexpr std::size_t kMostFields = 400;
constexpr const char* kWritable[] = {"firstName",  "lastName", "preferredName",
                                     "workEmail",  "hireDate", "jobTitle",
                                     "department", "location", "status"};
constexpr const char* kRowFields[] = {"date", "location", "department", "division", "jobTitle"};
constexpr const char* kTables[] = {"jobInfo", "compensation", "employmentStatus"};

std::string text(const json::object& object, std::string_view name) {
  return string_member(object, name).value_or("");
}

std::string lower(std::string value) {
  std::ranges::transform(value, value.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return value;
}

bool holds(const json::object& fields, std::string_view name, const std::string& wanted) {
  return lower(text(fields, name)).find(lower(wanted)) != std::string::npos;
}

// GET /api/v1/employees has its own shape for failures.
Response bad_request(std::string_view code, std::string_view message) {
  return sandbox::json_response(
      400, json::object{{"error", json::object{{"code", code}, {"message", message}}}});
}

Response no_such_employee() {
  return error(404, "Employee not found");
}

// What is wrong with names and values; nothing when all is well.
std::optional<Response> wrong_values(const json::object& values,
                                     const std::vector<Employee>& others, std::int64_t self) {
  for (const auto& [name, value] : values) {
    if (std::ranges::find(kWritable, std::string_view(name)) == std::end(kWritable))
      return error(400, "Unknown field " + std::string(name));
    if (!value.is_string()) return error(400, "Invalid value for " + std::string(name));
  }
  const auto hired = string_member(values, "hireDate");
  if (hired && !is_date(*hired)) return error(409, "Invalid hireDate");
  const auto email = string_member(values, "workEmail");
  const bool taken = email && std::ranges::any_of(others, [&](const Employee& other) {
                       return other.id != self && text(other.fields, "workEmail") == *email;
                     });
  if (taken) return error(409, "Duplicate email");
  return std::nullopt;
}

std::optional<Response> wrong_row(const json::object& row) {
  for (const auto& [name, value] : row)
    if (std::ranges::find(kRowFields, std::string_view(name)) == std::end(kRowFields) ||
        !value.is_string())
      return error(406, "Invalid value for " + std::string(name));
  const auto date = string_member(row, "date");
  if (date && !is_date(*date)) return error(406, "Invalid date");
  return std::nullopt;
}

std::string param(const Request& request, std::string_view name) {
  return request.params.find(name).value_or("");
}

bool is_table(std::string_view name) {
  return std::ranges::find(kTables, name) != std::end(kTables);
}

json::array rows_of(const Employee& employee) {
  json::array rows;
  rows.reserve(employee.jobs.size());
  for (const json::object& row : employee.jobs) rows.emplace_back(row);
  return rows;
}

bool fits(const Employee& employee, const Request& request) {
  for (const auto& [name, field] : {std::pair{"filter[firstName]", "firstName"},
                                    {"filter[lastName]", "lastName"},
                                    {"filter[jobTitleName]", "jobTitle"}})
    if (const auto wanted = request.query.find(name);
        wanted && !holds(employee.fields, field, *wanted))
      return false;
  const auto status = request.query.find("filter[status]");
  if (status && lower(text(employee.fields, "status")) != *status) return false;
  const auto ids = request.query.find("filter[ids]");
  return !ids || lists(*ids, std::to_string(employee.id));
}

// Everything but the address of the picture.
json::object listed(const Employee& employee, std::string_view more) {
  json::object out{{"employeeId", std::to_string(employee.id)}};
  for (const char* name : {"firstName", "lastName", "preferredName", "status"})
    out[name] = text(employee.fields, name);
  out["jobTitleName"] = text(employee.fields, "jobTitle");
  for (const char* name : {"workEmail", "department", "location", "hireDate"})
    if (lists(more, name)) out[name] = text(employee.fields, name);
  out["_restrictedFields"] = json::array{};
  return out;
}

}  // namespace

Employees::Employees() {
  constexpr const char* kPeople[][4] = {{"Ada", "Lovelace", "Engineer", "Engineering"},
                                        {"Alan", "Turing", "Engineer", "Engineering"},
                                        {"Grace", "Hopper", "Admiral", "Operations"},
                                        {"Edsger", "Dijkstra", "Analyst", "Engineering"},
                                        {"Barbara", "Liskov", "Architect", "Engineering"},
                                        {"Donald", "Knuth", "Writer", "Operations"}};
  all_.reserve(std::size(kPeople));
  for (const auto& [first, last, title, department] : kPeople)
    add({{"firstName", first},
         {"lastName", last},
         {"preferredName", ""},
         {"workEmail", lower(first) + "@acme.example"},
         {"hireDate", "2024-03-01"},
         {"jobTitle", title},
         {"department", department},
         {"location", "London"},
         {"status", "Active"}});
  all_.back().fields["status"] = "Inactive";
}

Employee& Employees::add(json::object fields) {
  Employee& made = all_.emplace_back();
  made.id = kFirstId + static_cast<std::int64_t>(all_.size()) - 1;
  made.fields = std::move(fields);
  made.changed = "2026-11-02T08:00:00Z";
  made.jobs.push_back(json::object{{"id", std::to_string(next_row_++)},
                                   {"employeeId", std::to_string(made.id)},
                                   {"date", text(made.fields, "hireDate")},
                                   {"department", text(made.fields, "department")},
                                   {"jobTitle", text(made.fields, "jobTitle")}});
  return made;
}

Employee* Employees::find(std::string_view id) {
  const auto found = std::ranges::find_if(all_, [&](const Employee& employee) {
    return id == "0" ? employee.id == kFirstId : std::to_string(employee.id) == id;
  });
  return found == all_.end() ? nullptr : &*found;
}

const Employee* Employees::find(std::string_view id) const {
  return const_cast<Employees*>(this)->find(id);
}

Response Employees::list(const Request& request) const {
  if (const auto wrong =
          wrong_query(request, {"filter[firstName]", "filter[lastName]", "filter[jobTitleName]",
                                "filter[status]", "filter[ids]", "fields", "sort", "page[limit]",
                                "page[after]"}))
    return bad_request("BadRequest", *wrong);
  const auto status = request.query.find("filter[status]");
  if (status && status != "active" && status != "inactive")
    return bad_request("BadRequest", "filter[status] is active or inactive");
  std::string sort = request.query.find("sort").value_or("employeeId");
  const bool down = sort.starts_with('-');
  if (down) sort.erase(0, 1);
  if (sort != "employeeId" && sort != "firstName" && sort != "lastName")
    return bad_request("BadRequest", "Unknown sort field " + sort);
  std::vector<const Employee*> found;
  found.reserve(all_.size());
  for (const Employee& employee : all_)
    if (fits(employee, request)) found.push_back(&employee);
  if (sort != "employeeId")
    std::ranges::sort(found, {},
                      [&](const auto* one) { return std::pair(text(one->fields, sort), one->id); });
  if (down) std::ranges::reverse(found);
  const auto limit = number(request.query.find("page[limit]").value_or(std::to_string(kUsualPage)));
  const auto after = number(request.query.find("page[after]").value_or("0"));
  if (!limit || *limit < 1 || *limit > kLargestPage || !after)
    return bad_request("BadPage", "page[limit] is 1 to 2500, page[after] one that was handed out");
  json::array data;
  const auto end = std::min<std::size_t>(found.size(), static_cast<std::size_t>(*after + *limit));
  for (auto i = static_cast<std::size_t>(*after); i < end; ++i)
    data.push_back(listed(*found[i], request.query.find("fields").value_or("")));
  json::value next = nullptr;
  if (end < found.size()) next = std::to_string(end);
  return sandbox::json_response(
      200, json::object{{"data", std::move(data)},
                        {"meta", json::object{{"total", found.size()},
                                              {"page", json::object{{"nextCursor", next},
                                                                    {"prevCursor", nullptr}}}}},
                        {"_links", json::object{{"self", request.target}}}});
}

Response Employees::get(const Request& request) const {
  if (const auto wrong = wrong_query(request, {"fields", "onlyCurrent"})) return error(400, *wrong);
  const Employee* employee = find(param(request, "id"));
  if (employee == nullptr) return no_such_employee();
  const auto fields = request.query.find("fields").value_or("");
  if (static_cast<std::size_t>(std::ranges::count(fields, ',')) >= kMostFields)
    return error(400, "More than 400 fields");
  json::object out{{"id", std::to_string(employee->id)}};
  // Unknown fields are left out without a word, as BambooHR does.
  for (const auto& [name, value] : employee->fields)
    if (lists(fields, name)) out[name] = value;
  return answer(request, out, "employee");
}

Response Employees::directory(const Request& request) const {
  if (const auto wrong = wrong_query(request, {"onlyCurrent"})) return error(400, *wrong);
  constexpr const char* kShown[] = {"firstName", "lastName",   "jobTitle",
                                    "workEmail", "department", "location"};
  json::array fields;
  for (const char* name : kShown)
    fields.push_back(json::object{{"id", name}, {"type", "text"}, {"name", name}});
  json::array employees;
  for (const Employee& employee : all_) {
    if (text(employee.fields, "status") != "Active") continue;
    json::object shown{{"id", std::to_string(employee.id)},
                       {"displayName", text(employee.fields, "firstName") + " " +
                                           text(employee.fields, "lastName")}};
    for (const char* name : kShown) shown[name] = text(employee.fields, name);
    employees.push_back(std::move(shown));
  }
  return answer(request,
                json::object{{"fields", std::move(fields)}, {"employees", std::move(employees)}},
                "directory");
}

Response Employees::changed(const Request& request) const {
  if (const auto wrong = wrong_query(request, {"since", "type"})) return error(400, *wrong);
  const auto since = request.query.find("since").value_or("");
  const auto type = request.query.find("type");
  if (!is_moment(since)) return error(400, "since is missing or no ISO 8601 date");
  if (type && type != "inserted" && type != "updated" && type != "deleted")
    return error(400, "Invalid type");
  json::object employees;
  for (const Employee& employee : all_) {
    const std::string action = employee.is_new ? "Inserted" : "Updated";
    if (employee.changed < since || (type && lower(action) != *type)) continue;
    const auto id = std::to_string(employee.id);
    employees[id] = json::object{{"id", id}, {"action", action}, {"lastChanged", employee.changed}};
  }
  return answer(
      request,
      json::object{{"latest", "2026-11-02T08:00:00Z"}, {"employees", std::move(employees)}},
      "employees");
}

Response Employees::create(const Request& request) {
  std::optional<Response> refusal;
  const auto body = body_of(request, refusal);
  if (!body) return *refusal;
  if (text(*body, "firstName").empty() || text(*body, "lastName").empty())
    return error(400, "firstName and lastName are required");
  if (auto wrong = wrong_values(*body, all_, 0)) return *std::move(wrong);
  Employee& made = add(*body);
  made.fields["status"] = "Active";
  made.is_new = true;
  json::object whole = made.fields;
  whole["id"] = std::to_string(made.id);
  Response response = sandbox::json_response(201, whole);
  response.headers.set("Location",
                       "https://acme.bamboohr.com/api/v1/employees/" + std::to_string(made.id));
  return response;
}

Response Employees::update(const Request& request) {
  std::optional<Response> refusal;
  const auto body = body_of(request, refusal);
  if (!body) return *refusal;
  Employee* employee = find(param(request, "id"));
  if (employee == nullptr) return no_such_employee();
  if (auto wrong = wrong_values(*body, all_, employee->id)) return *std::move(wrong);
  for (const auto& [name, value] : *body) employee->fields[name] = value;
  json::object whole = employee->fields;
  whole["id"] = std::to_string(employee->id);
  return sandbox::json_response(200, whole);
}

Response Employees::rows(const Request& request) const {
  if (const auto wrong = wrong_query(request, {})) return error(400, *wrong);
  const Employee* employee = find(param(request, "id"));
  if (employee == nullptr) return no_such_employee();
  const auto table = param(request, "table");
  if (!is_table(table)) return error(404, "Table not found");
  json::array rows;
  if (table == "jobInfo") rows = rows_of(*employee);
  return answer(request, rows, "table");
}

Response Employees::changed_rows(const Request& request) const {
  if (const auto wrong = wrong_query(request, {"since"})) return error(400, *wrong);
  const auto since = request.query.find("since").value_or("");
  if (!is_moment(since)) return error(400, "since is missing or no ISO 8601 date");
  const auto table = param(request, "table");
  if (!is_table(table)) return error(404, "Table not found");
  json::object employees;
  for (const Employee& employee : all_) {
    if (employee.changed < since) continue;
    json::array rows;
    if (table == "jobInfo") rows = rows_of(employee);
    employees[std::to_string(employee.id)] =
        json::object{{"lastChanged", employee.changed}, {"rows", std::move(rows)}};
  }
  return answer(request, json::object{{"table", table}, {"employees", std::move(employees)}},
                "table");
}

Response Employees::add_row(const Request& request) {
  std::optional<Response> refusal;
  auto row = body_of(request, refusal);
  if (!row) return *refusal;
  Employee* employee = find(param(request, "id"));
  if (employee == nullptr) return no_such_employee();
  if (!is_table(param(request, "table"))) return error(404, "Table not found");
  if (auto wrong = wrong_row(*row)) return *std::move(wrong);
  (*row)["id"] = std::to_string(next_row_++);
  (*row)["employeeId"] = std::to_string(employee->id);
  employee->jobs.push_back(*std::move(row));
  return Response::empty(200);
}

Response Employees::change_row(const Request& request) {
  std::optional<Response> refusal;
  const auto changes = body_of(request, refusal);
  if (!changes) return *refusal;
  Employee* employee = find(param(request, "id"));
  if (employee == nullptr) return no_such_employee();
  const auto row = std::ranges::find_if(employee->jobs, [&](const json::object& one) {
    return text(one, "id") == param(request, "row");
  });
  if (!is_table(param(request, "table")) || row == employee->jobs.end())
    return error(404, "Row not found");
  if (auto wrong = wrong_row(*changes)) return *std::move(wrong);
  for (const auto& [name, value] : *changes) (*row)[name] = value;
  return Response::empty(200);
}

}  // namespace bamboohr_sandbox
