#include "company.h"

#include <algorithm>

namespace bamboohr_sandbox {
namespace {

using sandbox::json_response;
using sandbox::Request;
using sandbox::Response;

constexpr const char* kDatasetFields[] = {"firstName", "lastName",   "workEmail",
                                          "jobTitle",  "department", "status"};
constexpr const char* kReports[] = {"Birthdays", "Headcount", "Turnover"};
constexpr std::int64_t kLargestPage = 1000;

Response fixed(const Request& request, const json::value& value, std::string_view root) {
  if (const auto wrong = wrong_query(request, {})) return error(400, *wrong);
  return answer(request, value, root);
}

json::object category(int id, std::string_view name, std::string_view file) {
  return {{"id", id},
          {"name", name},
          {"canUploadFiles", "no"},
          {"files", json::array{json::object{{"id", id * 10},
                                             {"name", file},
                                             {"originalFileName", file},
                                             {"size", "48213"},
                                             {"dateCreated", "2026-01-15T10:00:00+0000"},
                                             {"shareWithEmployee", "yes"}}}}};
}

bool is_dataset_field(const json::value& name) {
  return name.is_string() &&
         std::ranges::find(kDatasetFields, std::string_view(name.get_string())) !=
             std::end(kDatasetFields);
}

// "status eq 'Active'" alone is understood.
bool fits(const Employee& employee, std::string_view filter) {
  if (filter.empty()) return true;
  const auto status = sandbox::string_member(employee.fields, "status").value_or("");
  return filter == "status eq '" + status + "'";
}

}  // namespace

Response company_information(const Request& request) {
  if (const auto wrong = wrong_query(request, {})) return error(400, *wrong);
  return json_response(200, json::object{{"legalName", "Acme Limited"},
                                         {"displayName", "Acme"},
                                         {"address", json::object{{"city", "London"}}},
                                         {"phone", "+44 20 7946 0000"}});
}

Response list_fields(const Request& request) {
  json::array fields;
  int id = 1;
  for (const char* name : kDatasetFields)
    fields.push_back(json::object{{"id", id++}, {"name", name}, {"type", "text"}, {"alias", name}});
  return fixed(request, fields, "fields");
}

Response list_tables(const Request& request) {
  json::array tables;
  for (const char* name : {"jobInfo", "compensation", "employmentStatus"})
    tables.push_back(json::object{
        {"alias", name},
        {"fields", json::array{json::object{
                       {"id", 40}, {"name", "Date"}, {"alias", "date"}, {"type", "date"}}}}});
  return fixed(request, tables, "tables");
}

Response list_choices(const Request& request) {
  json::array options;
  for (const char* name : {"Engineering", "Operations"})
    options.push_back(json::object{
        {"id", static_cast<std::int64_t>(options.size() + 1)}, {"archived", "no"}, {"name", name}});
  return fixed(request,
               json::array{json::object{{"fieldId", 4},
                                        {"alias", "department"},
                                        {"manageable", "yes"},
                                        {"name", "Department"},
                                        {"options", std::move(options)}}},
               "lists");
}

Response company_files(const Request& request) {
  return fixed(request,
               json::object{{"categories", json::array{category(1, "Policies", "travel.pdf")}}},
               "files");
}

Response employee_files(const Request& request, const Employees& employees) {
  const auto id = request.params.find("id").value_or("");
  if (employees.find(id) == nullptr) return error(404, "Employee not found");
  return fixed(request,
               json::object{{"employee", json::object{{"id", number(id).value_or(0)}}},
                            {"categories", json::array{category(16, "Contracts", "offer.pdf")}}},
               "employee");
}

Response list_datasets(const Request& request) {
  if (const auto wrong = wrong_query(request, {})) return problem(400, "Bad Request", *wrong);
  return json_response(
      200, json::object{{"datasets",
                         json::array{json::object{{"name", "employee"}, {"label", "Employees"}}}}});
}

Response query_dataset(const Request& request, const Employees& employees) {
  if (request.params.find("name") != "employee")
    return problem(404, "Not Found", "The dataset does not exist or is not accessible");
  const auto body = sandbox::parse_json_object(request.body);
  const auto* fields = body ? body->if_contains("fields") : nullptr;
  if (fields == nullptr || !fields->is_array() || fields->get_array().empty())
    return problem(400, "Bad Request", "fields is missing");
  if (!std::ranges::all_of(fields->get_array(), is_dataset_field))
    return problem(422, "Unprocessable Entity", "There is no such field");
  const auto filter = sandbox::string_member(*body, "filter").value_or("");
  if (!filter.empty() && filter.find(" eq '") == std::string::npos)
    return problem(422, "INVALID_FILTER", "The filter is not understood");
  const auto page = sandbox::int_member(*body, "page").value_or(1);
  const auto size = sandbox::int_member(*body, "pageSize").value_or(100);
  if (page < 1 || size < 1 || size > kLargestPage)
    return problem(422, "Unprocessable Entity", "page is 1 or more, pageSize 1 to 1000");
  json::array rows;
  std::int64_t total = 0;
  for (const Employee& employee : employees.all()) {
    if (!fits(employee, filter)) continue;
    const bool on_page = total >= (page - 1) * size && total < page * size;
    ++total;
    if (!on_page) continue;
    json::object row;
    for (const auto& name : fields->get_array())
      row[name.get_string()] =
          sandbox::string_member(employee.fields, std::string_view(name.get_string())).value_or("");
    rows.push_back(json::object{{"fields", std::move(row)}});
  }
  return json_response(200,
                       json::object{{"data", std::move(rows)},
                                    {"links", json::object{}},
                                    {"meta", json::object{{"page", page},
                                                          {"pageSize", size},
                                                          {"totalPages", (total + size - 1) / size},
                                                          {"totalItems", total}}}});
}

Response list_reports(const Request& request) {
  if (const auto wrong = wrong_query(request, {"page", "page_size"})) return error(400, *wrong);
  const auto page = number(request.query.find("page").value_or("1"));
  const auto size = number(request.query.find("page_size").value_or("500"));
  if (!page || *page < 1 || !size || *size < 1 || *size > kLargestPage)
    return error(400, "page is 1 or more, page_size 1 to 1000");
  constexpr auto kCount = static_cast<std::int64_t>(std::size(kReports));
  json::array reports;
  for (std::int64_t i = (*page - 1) * *size; i < std::min(*page * *size, kCount); ++i)
    reports.push_back(json::object{{"id", i + 7}, {"name", kReports[i]}});
  return json_response(
      200,
      json::object{{"reports", std::move(reports)},
                   {"pagination", json::object{{"total_records", kCount},
                                               {"current_page", *page},
                                               {"total_pages", (kCount + *size - 1) / *size}}}});
}

Response get_report(const Request& request, const Employees& employees) {
  if (const auto wrong = wrong_query(request, {})) return error(400, *wrong);
  const auto id = number(request.params.find("id").value_or("")).value_or(0);
  if (id < 7 || id >= 7 + static_cast<std::int64_t>(std::size(kReports)))
    return error(404, "Report not found");
  json::array data;
  data.reserve(employees.all().size());
  for (const Employee& employee : employees.all()) data.emplace_back(employee.fields);
  return json_response(200, json::object{{"data", std::move(data)},
                                         {"aggregations", json::array{}},
                                         {"pagination", json::object{{"total_pages", 1}}}});
}

}  // namespace bamboohr_sandbox
