// /v2/absence-types and /v2/absence-periods (reference, section 4.2).
#include <algorithm>

#include "areas.h"
#include "attributes.h"
#include "patchbay/sandbox/text.h"
#include "record_list.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr PageLimits kLimits{.standard = 100, .highest = 100};
constexpr PageLimits kBreakdownLimits{.standard = 28, .highest = 28};

const ValueRules& list_rules() {
  static const ValueRules rules{
      {.name = "id"},
      {.name = "absence_type.id"},
      {.name = "person.id"},
      {.name = "starts_from.date_time.gte", .kind = ValueKind::local_time},
      {.name = "starts_from.date_time.lte", .kind = ValueKind::local_time},
      {.name = "ends_at.date_time.gte", .kind = ValueKind::local_time},
      {.name = "ends_at.date_time.lte", .kind = ValueKind::local_time},
      {.name = "updated_at.gte", .kind = ValueKind::local_time},
      {.name = "updated_at.lte", .kind = ValueKind::local_time}};
  return rules;
}

const ValueRules& changed_rules() {
  static const ValueRules rules{
      {.name = "absence_type", .kind = ValueKind::reference},
      {.name = "starts_from", .kind = ValueKind::object},
      {.name = "ends_at", .kind = ValueKind::object, .nullable = true},
      {.name = "comment", .nullable = true},
      {.name = "substitute", .kind = ValueKind::reference, .nullable = true}};
  return rules;
}

const ValueRules& new_rules() {
  static const ValueRules rules =
      rules_for_new(changed_rules(), {"absence_type", "starts_from"},
                    {{.name = "person", .kind = ValueKind::reference, .required = true}});
  return rules;
}

json::object type_to_json(const AbsenceType& type) {
  return {{"id", type.id}, {"name", type.name}, {"category", type.category}, {"unit", type.unit}};
}

json::object edge_to_json(const AbsenceEdge& edge) {
  json::object object{{"date_time", edge.date_time}};
  if (!edge.half.empty()) object["type"] = edge.half;
  return object;
}

json::object to_json(const Service& service, const AbsencePeriod& period) {
  json::object object{{"id", period.id},
                      {"person", {{"id", period.person_id}}},
                      {"absence_type", {{"id", period.type_id}}},
                      {"starts_from", edge_to_json(period.starts_from)},
                      {"ends_at", nullptr},
                      {"comment", nullptr},
                      {"substitute", nullptr},
                      {"timezone_id", period.timezone},
                      {"approval", {{"status", period.status}}},
                      {"created_at", period_timestamp(service, period.created_ms)},
                      {"updated_at", period_timestamp(service, period.updated_ms)}};
  if (period.ends_at) object["ends_at"] = edge_to_json(*period.ends_at);
  if (period.comment) object["comment"] = *period.comment;
  if (period.substitute_id) object["substitute"] = {{"id", *period.substitute_id}};
  return object;
}

Response list_types(const Call& call) {
  auto read = read_page(call.service, call.request, kLimits);
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  if (auto refused = check_query(call.service, page.query, {})) return std::move(*refused);
  std::vector<const AbsenceType*> types;
  for (const AbsenceType& type : absence_types()) types.push_back(&type);
  return record_page(call, page, types, type_to_json);
}

Response get_type(const Call& call) {
  const AbsenceType* type = find_absence_type(call.request.params.find("id").value_or(""));
  if (type == nullptr) return v2_no_such_resource(call.service);
  return sandbox::json_response(200, type_to_json(*type));
}

/// A window over starts or ends matches every period that overlaps it.
bool passes(const sandbox::Fields& query, const AbsencePeriod& period) {
  const std::string& start = period.starts_from.date_time;
  const std::string end = period.ends_at ? period.ends_at->date_time : "9999-12-31T23:59:59";
  const auto overlaps = [&](const std::string& field) {
    const auto low = query.find(field + ".gte");
    const auto high = query.find(field + ".lte");
    return (!low || end >= *low) && (!high || start <= *high);
  };
  return passes_list(query, "id", period.id) &&
         passes_list(query, "absence_type.id", period.type_id) &&
         passes_list(query, "person.id", period.person_id) && overlaps("starts_from.date_time") &&
         overlaps("ends_at.date_time") &&
         passes_range(query, "updated_at", local_timestamp(period.updated_ms));
}

Response list_periods(const Call& call) {
  auto read = read_page(call.service, call.request, kLimits);
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  if (check_query(call.service, page.query, list_rules())) return v2_bad_content(call.service);
  const auto periods = filtered(call.service.records.absences,
                                [&](const auto& period) { return passes(page.query, period); });
  return record_page(call, page, periods,
                     [&](const auto& period) { return to_json(call.service, period); });
}

Response get_period(const Call& call) {
  return get_record(call, call.service.records.absences,
                    [&](const auto& period) { return to_json(call.service, period); });
}

Response list_breakdowns(const Call& call) {
  auto& periods = call.service.records.absences;
  const auto found = find_record(periods, call.request.params.find("id").value_or(""));
  if (found == periods.end()) return v2_no_such_resource(call.service);
  auto read = read_page(call.service, call.request, kBreakdownLimits);
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  if (auto refused = check_query(call.service, page.query, {})) return std::move(*refused);
  const std::vector<AbsenceDay> days = absence_days(*found);
  const std::string_view unit = find_absence_type(found->type_id)->unit;
  return record_page(call, page, filtered(days, [](const auto&) { return true; }),
                     [&](const AbsenceDay& day) -> json::object {
                       return {{"date", sandbox::iso_date(day.day)},
                               {"effective_duration",
                                {{"unit", unit}, {"value", whole_or_fraction(day.duration)}}}};
                     });
}

/// `{"date_time":"…","type":"FIRST_HALF"}`; nothing when it is malformed.
std::optional<AbsenceEdge> edge(Service& service, const json::object& body, const char* name) {
  const ValueRules rules{{.name = "date_time", .kind = ValueKind::local_time, .required = true},
                         {.name = "type", .choices = {"FIRST_HALF", "SECOND_HALF"}}};
  const json::object& object = body.at(name).as_object();
  if (!check_object(service, object, rules, std::string(name) + '.')) return std::nullopt;
  return AbsenceEdge{.date_time = std::string(object.at("date_time").as_string()),
                     .half = sandbox::string_member(object, "type").value_or("")};
}

std::optional<Response> check_substitute(const Call& call, const AbsencePeriod& period,
                                         const AbsenceType& type) {
  const Service& service = call.service;
  if (!period.substitute_id) {
    if (type.substitute != Substitute::required) return std::nullopt;
    return v2_error_without_type(service, 422, "Substitute required",
                                 "A substitute is required for this absence type.");
  }
  if (type.substitute == Substitute::none) {
    return v2_unprocessable(service, "This absence type has no substitutes.");
  }
  const bool valid =
      *period.substitute_id != period.person_id && service.people().find(*period.substitute_id);
  if (!valid) return v2_conflict(service, "The substitute is not valid.");
  return std::nullopt;
}

/// Another absence of the same person at that time, or one that the person stands in for.
std::optional<Response> check_conflicts(const Call& call, const AbsencePeriod& period) {
  for (const AbsencePeriod& other : call.service.records.absences) {
    if (other.id == period.id || other.status == "REJECTED" || !other.overlaps(period)) continue;
    if (other.person_id == period.person_id) {
      return v2_conflict(call.service, "There is an absence at this time already.");
    }
    if (other.substitute_id == period.person_id) {
      return v2_conflict(call.service, "The person is a substitute at this time.");
    }
  }
  return std::nullopt;
}

std::optional<Response> check_period(const Call& call, const AbsencePeriod& period) {
  const AbsenceType* type = find_absence_type(period.type_id);
  if (type == nullptr) return v2_bad_parameters(call.service);
  if (period.ends_at && period.ends_at->date_time < period.starts_from.date_time) {
    return v2_unprocessable(call.service, "The start lies after the end.");
  }
  if (auto refused = check_substitute(call, period, *type)) return refused;
  return check_conflicts(call, period);
}

/// Changes the period by a body that keeps to the rules; or the answer to refuse with.
std::optional<Response> write_period(const Call& call, const json::object& body,
                                     AbsencePeriod& period) {
  if (body.contains("absence_type")) period.type_id = reference_id(body, "absence_type");
  if (body.contains("starts_from")) {
    const auto start = edge(call.service, body, "starts_from");
    if (!start) return v2_bad_content(call.service);
    period.starts_from = *start;
  }
  if (const json::value* end = body.if_contains("ends_at")) {
    period.ends_at = end->is_null() ? std::nullopt : edge(call.service, body, "ends_at");
    if (!end->is_null() && !period.ends_at) return v2_bad_content(call.service);
  }
  if (body.contains("comment")) period.comment = sandbox::string_member(body, "comment");
  if (const json::value* substitute = body.if_contains("substitute")) {
    period.substitute_id.reset();
    if (!substitute->is_null()) period.substitute_id = reference_id(body, "substitute");
  }
  period.updated_ms = call.service.now_ms();
  return check_period(call, period);
}

void tell(const Call& call, const char* event, const AbsencePeriod& period) {
  call.service.happened(event, {{"absence_period_id", period.id}, {"person_id", period.person_id}});
}

Response create_period(const Call& call) {
  const ValueRules query_rules{{.name = "skip_approval", .kind = ValueKind::flag}};
  if (auto refused = check_query(call.service, call.request.query, query_rules)) {
    return std::move(*refused);
  }
  auto read = read_body(call, new_rules());
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const json::object& body = std::get<json::object>(read);
  const auto person = call.service.people().find(reference_id(body, "person"));
  if (!person) return v2_bad_parameters(call.service);
  AbsencePeriod period;
  period.id = sandbox::random_uuid();
  period.person_id = std::to_string(person->id);
  period.timezone = person->latest().office->country == "GB" ? "Europe/London" : "Europe/Berlin";
  period.created_ms = call.service.now_ms();
  if (auto refused = write_period(call, body, period)) return std::move(*refused);
  const bool waits = find_absence_type(period.type_id)->needs_approval &&
                     call.request.query.find("skip_approval") != "true";
  period.status = waits ? "PENDING" : "APPROVED";
  call.service.records.absences.push_back(period);
  tell(call, "absence-period.created", period);
  return v2_created(period.id);
}

/// Only another time is an event; a comment is none.
Response update_period(const Call& call) {
  bool other_time = false;
  return update_record(
      call, call.service.records.absences, changed_rules(),
      [&](const json::object& body, auto& period) {
        other_time = body.contains("starts_from") || body.contains("ends_at");
        return write_period(call, body, period);
      },
      [&](const auto& period) {
        if (other_time) tell(call, "absence-period.updated.timerange", period);
      });
}

Response delete_period(const Call& call) {
  return delete_record(call, call.service.records.absences,
                       [&](const auto& period) { tell(call, "absence-period.deleted", period); });
}

V2Rule absence_rule(const char* scope) {
  V2Rule rule = v2_rule(scope);
  rule.calls_per_second = &Options::v2_absences_per_second;
  return rule;
}

}  // namespace

void add_absence_periods(sandbox::Router& router, Service& service) {
  const std::string types = "/v2/absence-types";
  const std::string periods = "/v2/absence-periods";
  const V2Rule read = absence_rule("personio:absences:read");
  const V2Rule write = absence_rule("personio:absences:write");
  add_v2(router, service, "GET", types, read, list_types);
  add_v2(router, service, "GET", types + "/{id}", read, get_type);
  add_v2(router, service, "GET", periods, read, list_periods);
  add_v2(router, service, "POST", periods, write, create_period);
  add_v2(router, service, "GET", periods + "/{id}", read, get_period);
  add_v2(router, service, "PATCH", periods + "/{id}", write, update_period);
  add_v2(router, service, "DELETE", periods + "/{id}", write, delete_period);
  add_v2(router, service, "GET", periods + "/{id}/breakdowns", read, list_breakdowns);
}

}  // namespace patchbay::personio_sandbox
