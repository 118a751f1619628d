#include "time_off.h"

#include <algorithm>

namespace bamboohr_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;
using sandbox::string_member;

struct Type {
  std::int64_t id;
  const char* name;
};
constexpr Type kTypes[] = {{78, "Vacation"}, {79, "Sick"}};
constexpr const char* kToday = "2026-12-01";

const Type* find_type(std::int64_t id) {
  const auto found = std::ranges::find(kTypes, id, &Type::id);
  return found == std::end(kTypes) ? nullptr : &*found;
}

// A day that was left out counts as `otherwise`.
std::optional<std::string> day(const Request& request, std::string_view name,
                               std::string_view otherwise) {
  auto value = request.query.find(name).value_or(std::string(otherwise));
  if (!is_date(value)) return std::nullopt;
  return value;
}

}  // namespace

std::map<std::int64_t, TimeOff::Entry> TimeOff::first_requests() {
  return {{1501, {"102", "2026-12-07", "2026-12-11", "approved", 78, 5}},
          {1502, {"103", "2026-12-21", "2026-12-23", "requested", 78, 3}}};
}

json::object TimeOff::shown(std::int64_t id, const Entry& entry) const {
  const Employee* employee = employees_.find(entry.employee);
  const auto name = [&](std::string_view field) {
    return employee == nullptr ? "" : string_member(employee->fields, field).value_or("");
  };
  const Type* type = find_type(entry.type);
  return {{"id", id},
          {"employeeId", number(entry.employee).value_or(0)},
          {"name", name("firstName") + " " + name("lastName")},
          {"status", json::object{{"status", entry.status}}},
          {"start", entry.start},
          {"end", entry.end},
          {"created", kToday},
          {"type", json::object{{"id", entry.type}, {"name", type == nullptr ? "" : type->name}}},
          {"amount", json::object{{"unit", "days"}, {"amount", entry.amount}}},
          {"notes", entry.notes}};
}

Response TimeOff::list(const Request& request) const {
  if (const auto wrong =
          wrong_query(request, {"start", "end", "employeeId", "id", "action", "type", "status"}))
    return error(400, *wrong);
  const auto start = day(request, "start", "");
  const auto end = day(request, "end", "");
  if (!start || !end || *end < *start) return error(400, "Invalid or missing start/end date");
  const auto is_wanted = [&](std::string_view name, const std::string& value) {
    const auto wanted = request.query.find(name);
    return !wanted || lists(*wanted, value);
  };
  json::array found;
  for (const auto& [id, entry] : requests_)
    if (entry.end >= *start && entry.start <= *end && is_wanted("employeeId", entry.employee) &&
        is_wanted("id", std::to_string(id)) && is_wanted("type", std::to_string(entry.type)) &&
        is_wanted("status", entry.status))
      found.push_back(shown(id, entry));
  return answer(request, found, "requests");
}

Response TimeOff::who_is_out(const Request& request) const {
  if (const auto wrong = wrong_query(request, {"start", "end", "filter"}))
    return error(400, *wrong);
  const auto start = day(request, "start", kToday);
  const auto end = day(request, "end", "2026-12-15");
  if (!start || !end) return error(400, "Invalid start or end date");
  json::array out;
  for (const auto& [id, entry] : requests_) {
    if (entry.status != "approved" || entry.end < *start || entry.start > *end) continue;
    json::object one = shown(id, entry);
    out.push_back(json::object{{"id", id},
                               {"type", "timeOff"},
                               {"employeeId", one["employeeId"]},
                               {"name", one["name"]},
                               {"start", entry.start},
                               {"end", entry.end}});
  }
  constexpr std::string_view kHoliday = "2026-12-25";
  if (*start <= kHoliday && *end >= kHoliday)
    out.push_back(json::object{{"id", 12},
                               {"type", "holiday"},
                               {"name", "Christmas Day"},
                               {"start", kHoliday},
                               {"end", kHoliday}});
  return answer(request, out, "calendar");
}

Response TimeOff::types(const Request& request) {
  if (const auto wrong = wrong_query(request, {"mode"})) return error(400, *wrong);
  json::array types;
  for (const Type& type : kTypes)
    types.push_back(json::object{{"id", std::to_string(type.id)},
                                 {"name", type.name},
                                 {"units", "days"},
                                 {"color", nullptr}});
  return answer(request,
                json::object{{"timeOffTypes", std::move(types)},
                             {"defaultHours",
                              json::array{json::object{{"name", "Monday"}, {"amount", "8"}}}}},
                "timeOffTypes");
}

Response TimeOff::balances(const Request& request) const {
  if (const auto wrong = wrong_query(request, {"end", "precision"})) return error(400, *wrong);
  const auto end = day(request, "end", kToday);
  const auto precision = number(request.query.find("precision").value_or("2"));
  if (!end || !precision || *precision > 4) return error(400, "Invalid end or precision");
  if (employees_.find(request.params.find("id").value_or("")) == nullptr)
    return error(404, "Employee not found");
  json::array out;
  for (const Type& type : kTypes)
    out.push_back(json::object{{"timeOffType", std::to_string(type.id)},
                               {"name", type.name},
                               {"units", "days"},
                               {"balance", "17.50"},
                               {"end", *end},
                               {"policyType", "accruing"},
                               {"usedYearToDate", "5.00"}});
  return answer(request, out, "estimates");
}

Response TimeOff::create(const Request& request) {
  std::optional<Response> refusal;
  const auto body = body_of(request, refusal);
  if (!body) return *refusal;
  const auto id = request.params.find("id").value_or("");
  if (employees_.find(id) == nullptr) return error(404, "Employee not found");
  const auto start = string_member(*body, "start").value_or("");
  const auto end = string_member(*body, "end").value_or("");
  const auto status = string_member(*body, "status").value_or("");
  const auto type = sandbox::int_member(*body, "timeOffTypeId").value_or(0);
  if (find_type(type) == nullptr) return error(400, "Invalid time off type");
  if (!is_date(start) || !is_date(end) || end < start) return error(400, "Invalid dates");
  if (status != "requested" && status != "approved" && status != "denied")
    return error(400, "Invalid status");
  const std::int64_t made = requests_.rbegin()->first + 1;
  Entry entry{id, start, end, status, type, sandbox::int_member(*body, "amount").value_or(0)};
  if (const auto* notes = body->if_contains("notes"); notes != nullptr && notes->is_array())
    entry.notes = notes->get_array();
  requests_.emplace(made, std::move(entry));
  Response response = sandbox::json_response(201, shown(made, requests_.at(made)));
  response.headers.set(
      "Location", "https://acme.bamboohr.com/api/v1/time_off/requests/" + std::to_string(made));
  return response;
}

Response TimeOff::decide(const Request& request) {
  std::optional<Response> refusal;
  const auto body = body_of(request, refusal);
  if (!body) return *refusal;
  const auto entry = requests_.find(number(request.params.find("id").value_or("")).value_or(0));
  if (entry == requests_.end()) return error(404, "Request not found");
  const auto status = string_member(*body, "status").value_or("");
  if (status != "approved" && status != "denied" && status != "declined" && status != "canceled")
    return error(400, "Invalid status");
  entry->second.status = status == "declined" ? "denied" : status;
  return Response::empty(200);
}

}  // namespace bamboohr_sandbox
