// /v2/attendance-periods (reference, section 4.2).
#include <algorithm>
#include <charconv>

#include "areas.h"
#include "patchbay/sandbox/text.h"
#include "record_list.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

const ValueRules& list_rules() {
  static const ValueRules rules{{.name = "id"},
                                {.name = "person.id"},
                                {.name = "project.id"},
                                {.name = "start.date_time.gte", .kind = ValueKind::local_time},
                                {.name = "start.date_time.lte", .kind = ValueKind::local_time},
                                {.name = "end.date_time.gte", .kind = ValueKind::local_time},
                                {.name = "end.date_time.lte", .kind = ValueKind::local_time},
                                {.name = "updated_at.gte", .kind = ValueKind::local_time},
                                {.name = "updated_at.lte", .kind = ValueKind::local_time},
                                {.name = "attribution_date.gte", .kind = ValueKind::date},
                                {.name = "attribution_date.lte", .kind = ValueKind::date},
                                {.name = "status", .choices = {"PENDING", "CONFIRMED", "REJECTED"}},
                                {.name = "sort"}};
  return rules;
}

const ValueRules& changed_rules() {
  static const ValueRules rules{
      {.name = "type", .choices = {"WORK", "BREAK"}},
      {.name = "start", .kind = ValueKind::object},
      {.name = "end", .kind = ValueKind::object, .nullable = true},
      {.name = "comment", .nullable = true},
      {.name = "project", .kind = ValueKind::reference, .nullable = true}};
  return rules;
}

const ValueRules& new_rules() {
  static const ValueRules rules =
      rules_for_new(changed_rules(), {"type", "start"},
                    {{.name = "person", .kind = ValueKind::reference, .required = true}});
  return rules;
}

const ValueRules& write_query_rules() {
  static const ValueRules rules{{.name = "skip_approval", .kind = ValueKind::flag}};
  return rules;
}

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(json::string(*text)) : json::value(nullptr);
}

bool on_time_off(const Service& service, const AttendancePeriod& period) {
  const auto& absences = service.records.absences;
  return std::any_of(absences.begin(), absences.end(), [&](const AbsencePeriod& absence) {
    if (absence.person_id != period.person_id || absence.status != "APPROVED") return false;
    const std::string_view first = absence.starts_from.date_time;
    const std::string_view last = absence.ends_at ? absence.ends_at->date_time : first;
    return first.substr(0, 10) <= period.day() && period.day() <= last.substr(0, 10);
  });
}

json::object to_json(const Service& service, const AttendancePeriod& period) {
  json::object object{{"id", period.id},
                      {"person", {{"id", period.person_id}}},
                      {"type", period.type},
                      {"approval", {{"status", period.status}}},
                      {"start", {{"date_time", period.start}}},
                      {"attribution_date", period.day()},
                      {"comment", text_or_null(period.comment)},
                      {"is_auto_generated", period.is_auto_generated},
                      {"is_holiday", false},
                      {"is_on_time_off", on_time_off(service, period)},
                      {"created_at", period_timestamp(service, period.created_ms)},
                      {"updated_at", period_timestamp(service, period.updated_ms)}};
  if (period.end) object["end"] = {{"date_time", *period.end}};
  object["project"] = period.project_id ? json::value{{"id", *period.project_id}} : json::value();
  return object;
}

bool passes(const sandbox::Fields& query, const AttendancePeriod& period) {
  return passes_list(query, "id", period.id) && passes_list(query, "person.id", period.person_id) &&
         passes_list(query, "project.id", period.project_id.value_or("")) &&
         passes_list(query, "status", period.status) &&
         passes_range(query, "start.date_time", period.start) &&
         passes_range(query, "end.date_time", period.end.value_or("")) &&
         passes_range(query, "attribution_date", period.day()) &&
         passes_range(query, "updated_at", local_timestamp(period.updated_ms));
}

using Key = std::string (*)(const AttendancePeriod&);

struct SortField {
  Key key;
  bool descends;
};

std::string padded_person(const AttendancePeriod& period) {
  constexpr std::size_t kWidth = 20;
  const std::string& id = period.person_id;
  return std::string(kWidth - std::min(kWidth, id.size()), '0') + id;
}

/// Null for a name that nothing is sorted by.
Key sort_key(std::string_view name) {
  using Period = const AttendancePeriod&;
  if (name == "person.id") return padded_person;
  if (name == "start.date_time") return [](Period p) { return p.start; };
  if (name == "end.date_time") return [](Period p) { return p.end.value_or(""); };
  if (name == "updated_at") return [](Period p) { return local_timestamp(p.updated_ms); };
  if (name == "status") return [](Period p) { return p.status; };
  return nullptr;
}

/// Sorts by a list such as `-status,start.date_time`. False when a name is unknown.
bool sort_periods(std::vector<const AttendancePeriod*>& periods, const std::string& order) {
  std::vector<SortField> fields;
  for (const std::string& name : sandbox::split(order, ',')) {
    const bool descends = name.starts_with('-');
    fields.push_back({sort_key(std::string_view(name).substr(descends ? 1 : 0)), descends});
    if (fields.back().key == nullptr) return false;
  }
  std::sort(periods.begin(), periods.end(), [&](const auto* left, const auto* right) {
    for (const SortField& field : fields) {
      const std::string low = field.key(*left);
      const std::string high = field.key(*right);
      if (low != high) return field.descends ? high < low : low < high;
    }
    return left < right;
  });
  return true;
}

Response list_periods(const Call& call) {
  auto read = read_page(call.service, call.request, {.standard = 100, .highest = 100});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  // Seen live: a time with a zone counts as bad content here.
  if (check_query(call.service, page.query, list_rules())) return v2_bad_content(call.service);
  auto periods = filtered(call.service.records.attendances,
                          [&](const auto& period) { return passes(page.query, period); });
  const std::string order =
      page.query.find("sort").value_or("person.id,start.date_time,end.date_time");
  if (!sort_periods(periods, order)) return v2_bad_parameters(call.service);
  return record_page(call, page, periods,
                     [&](const auto& period) { return to_json(call.service, period); });
}

Response get_period(const Call& call) {
  return get_record(call, call.service.records.attendances,
                    [&](const auto& period) { return to_json(call.service, period); });
}

/// The local time in `{"date_time":"…"}`; nothing when it is malformed.
std::optional<std::string> date_time(Service& service, const json::object& body, const char* name) {
  const ValueRules rules{{.name = "date_time", .kind = ValueKind::local_time, .required = true}};
  const json::object& object = body.at(name).as_object();
  if (!check_object(service, object, rules, std::string(name) + '.')) return std::nullopt;
  return std::string(object.at("date_time").as_string());
}

/// What may not be, although every value alone is right.
std::optional<Response> check_period(const Service& service, const AttendancePeriod& period) {
  constexpr std::int64_t kDayMs = 86'400'000;
  if (period.type == "BREAK" && period.project_id) {
    return v2_unprocessable(service, "A break cannot have a project.");
  }
  if (!period.end) return std::nullopt;
  const std::int64_t length = *parse_local_time(*period.end) - *parse_local_time(period.start);
  if (length < 0) return v2_unprocessable(service, "The start lies after the end.");
  if (length > kDayMs) return v2_unprocessable(service, "The period is longer than 24 hours.");
  return std::nullopt;
}

/// Changes the period by a body that keeps to the rules; or the answer to refuse with.
std::optional<Response> write_period(const Call& call, const json::object& body,
                                     AttendancePeriod& period) {
  if (body.contains("start")) {
    const auto start = date_time(call.service, body, "start");
    if (!start) return v2_bad_content(call.service);
    period.start = *start;
  }
  if (const json::value* end = body.if_contains("end")) {
    period.end = end->is_null() ? std::nullopt : date_time(call.service, body, "end");
    if (!end->is_null() && !period.end) return v2_bad_content(call.service);
  }
  period.type = sandbox::string_member(body, "type").value_or(period.type);
  if (body.contains("comment")) period.comment = sandbox::string_member(body, "comment");
  if (const json::value* project = body.if_contains("project")) {
    period.project_id.reset();
    if (!project->is_null()) period.project_id = reference_id(body, "project");
    const bool known = project->is_null() ||
                       find_project(call.service.records.projects, *period.project_id) != nullptr;
    if (!known) return v2_bad_parameters(call.service);
  }
  const bool approved = call.request.query.find("skip_approval") == "true";
  period.status = approved ? "CONFIRMED" : "PENDING";
  period.updated_ms = call.service.now_ms();
  return check_period(call.service, period);
}

void tell(const Call& call, const char* event, const AttendancePeriod& period) {
  call.service.happened(event,
                        {{"attendance_period_id", period.id}, {"person_id", period.person_id}});
}

Response create_period(const Call& call) {
  if (auto refused = check_query(call.service, call.request.query, write_query_rules())) {
    return std::move(*refused);
  }
  auto read = read_body(call, new_rules());
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const json::object& body = std::get<json::object>(read);
  AttendancePeriod period;
  period.id = sandbox::random_uuid();
  period.person_id = reference_id(body, "person");
  period.created_ms = call.service.now_ms();
  if (!call.service.people().find(period.person_id)) return v2_bad_parameters(call.service);
  if (auto refused = write_period(call, body, period)) return std::move(*refused);
  call.service.records.attendances.push_back(period);
  tell(call, "attendance-period.created", period);
  return sandbox::json_response(
      201, json::object{{"id", period.id}, {"affected_periods", json::array{}}});
}

Response update_period(const Call& call) {
  if (auto refused = check_query(call.service, call.request.query, write_query_rules())) {
    return std::move(*refused);
  }
  return update_record(
      call, call.service.records.attendances, changed_rules(),
      [&](const json::object& body, auto& period) { return write_period(call, body, period); },
      [&](const auto& period) { tell(call, "attendance-period.updated", period); });
}

Response delete_period(const Call& call) {
  return delete_record(call, call.service.records.attendances, [&](const auto& period) {
    tell(call, "attendance-period.deleted", period);
  });
}

}  // namespace

void add_attendance_periods(sandbox::Router& router, Service& service) {
  const std::string root = "/v2/attendance-periods";
  const V2Rule read = v2_rule("personio:attendances:read");
  const V2Rule write = v2_rule("personio:attendances:write");
  add_v2(router, service, "GET", root, read, list_periods);
  add_v2(router, service, "POST", root, write, create_period);
  add_v2(router, service, "GET", root + "/{id}", read, get_period);
  add_v2(router, service, "PATCH", root + "/{id}", write, update_period);
  add_v2(router, service, "DELETE", root + "/{id}", write, delete_period);
}

}  // namespace patchbay::personio_sandbox
