#include "time_off.h"

#include <algorithm>
#include <charconv>

namespace hibob_sandbox {
namespace {

using sandbox::json_response;
using sandbox::Request;
using sandbox::Response;
using sandbox::string_member;

constexpr const char* kTypes[] = {"Holiday", "Sick", "Parental"};

bool is_type(std::string_view name) {
  return std::ranges::find(kTypes, name) != std::end(kTypes);
}

bool is_portion(const json::object& body, std::string_view name) {
  if (!body.contains({name.data(), name.size()})) return true;
  const auto portion = string_member(body, name);
  return portion == "all_day" || portion == "morning" || portion == "afternoon";
}

Response no_such_person() {
  return error(404, "EMPLOYEE_NOT_FOUND", "no such employee");
}

}  // namespace

const TimeOff::Entry* TimeOff::find(const Request& request) const {
  std::int64_t id = 0;
  const auto text = request.params.find("request").value_or("");
  std::from_chars(text.data(), text.data() + text.size(), id);
  const auto found = entries_.find(id);
  const bool theirs = found != entries_.end() && found->second.person == request.params.find("id");
  return theirs ? &found->second : nullptr;
}

json::object TimeOff::shown(std::int64_t id, const Entry& entry) const {
  const Person* person = people_.find(entry.person);
  return {
      {"requestId", id},
      {"employeeId", entry.person},
      {"employeeDisplayName", person == nullptr ? "" : person->first_name + " " + person->surname},
      {"policyTypeDisplayName", entry.type},
      {"type", "days"},
      {"startDate", entry.start},
      {"endDate", entry.end},
      {"description", entry.description},
      {"durationUnit", "days"},
      {"status", entry.cancelled ? "canceled" : "approved"}};
}

Response TimeOff::who_is_out(const Request& request) const {
  if (const auto wrong =
          wrong_query(request, {"from", "to", "includeHourly", "includePrivate", "includePending"}))
    return error(400, "INVALID_QUERY", *wrong);
  const auto from = request.query.find("from").value_or("");
  const auto to = request.query.find("to").value_or("");
  if (!is_date(from) || !is_date(to) || to < from)
    return error(400, "INVALID_QUERY", "from and to are days, in this order");
  json::array outs;
  for (const auto& [id, entry] : entries_)
    if (!entry.cancelled && entry.start <= to && entry.end >= from)
      outs.push_back(shown(id, entry));
  return json_response(200, json::object{{"outs", std::move(outs)}});
}

Response TimeOff::changes(const Request& request) const {
  if (const auto wrong = wrong_query(request, {"since", "includePending"}))
    return error(400, "INVALID_QUERY", *wrong);
  const auto since = request.query.find("since").value_or("");
  if (since.size() < 20 || !is_date(since.substr(0, 10)) || since[10] != 'T')
    return error(400, "INVALID_QUERY", "since is a moment (ISO 8601)");
  json::array all;
  for (const auto& [id, entry] : entries_) {
    auto change = shown(id, entry);
    change.erase("status");
    change["changeType"] = entry.cancelled ? "Canceled" : "Created";
    all.push_back(std::move(change));
  }
  return json_response(200, json::object{{"changes", std::move(all)}});
}

Response TimeOff::balance(const Request& request) const {
  if (const auto wrong = wrong_query(request, {"policyType", "date"}))
    return error(400, "INVALID_QUERY", *wrong);
  const auto type = request.query.find("policyType").value_or("");
  const auto date = request.query.find("date").value_or("");
  if (!is_type(type) || !is_date(date))
    return error(400, "INVALID_QUERY", "policyType is a kind of time off, date a day");
  const auto id = request.params.find("id").value_or("");
  if (people_.find(id) == nullptr) return no_such_person();
  return json_response(200, json::object{{"employeeId", id},
                                         {"totalBalanceAsOfDate", 17.5},
                                         {"pointInTime", date},
                                         {"annualAllowance", 28},
                                         {"policy", type}});
}

Response TimeOff::types(const Request& request) {
  if (const auto wrong = wrong_query(request, {})) return error(400, "INVALID_QUERY", *wrong);
  json::array names;
  for (const char* type : kTypes) names.emplace_back(type);
  return json_response(200, json::object{{"policyTypes", std::move(names)}});
}

Response TimeOff::submit(const Request& request) {
  std::optional<Response> refusal;
  const auto body = body_of(request,
                            {"policyType", "requestRangeType", "startDate", "startDatePortion",
                             "endDate", "endDatePortion", "description"},
                            refusal);
  if (!body) return *refusal;
  const auto id = request.params.find("id").value_or("");
  if (people_.find(id) == nullptr) return no_such_person();
  const auto start = string_member(*body, "startDate").value_or("");
  const auto end = string_member(*body, "endDate").value_or("");
  const auto type = string_member(*body, "policyType").value_or("");
  if (string_member(*body, "requestRangeType") != "days" || !is_type(type) || !is_date(start) ||
      !is_date(end) || end < start || !is_portion(*body, "startDatePortion") ||
      !is_portion(*body, "endDatePortion"))
    return error(400, "INVALID_REQUEST", "policyType, startDate and endDate make no time off");
  const std::int64_t request_id = entries_.rbegin()->first + 1;
  entries_.emplace(request_id, Entry{id, type, start, end,
                                     string_member(*body, "description").value_or(""), false});
  return json_response(200, shown(request_id, entries_.at(request_id)));
}

Response TimeOff::get(const Request& request) const {
  const Entry* entry = find(request);
  if (entry == nullptr) return error(404, "REQUEST_NOT_FOUND", "no such request");
  return json_response(200,
                       shown(std::stoll(request.params.find("request").value_or("0")), *entry));
}

Response TimeOff::cancel(const Request& request) {
  const Entry* entry = find(request);
  if (entry == nullptr) return error(404, "REQUEST_NOT_FOUND", "no such request");
  entries_.at(std::stoll(request.params.find("request").value_or("0"))).cancelled = true;
  return Response::empty(200);
}

}  // namespace hibob_sandbox
