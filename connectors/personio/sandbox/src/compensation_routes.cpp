// GET and POST /v2/compensations and …/types (reference, section 4.2).
#include <algorithm>
#include <chrono>
#include <cmath>

#include "areas.h"
#include "company.h"
#include "gateway.h"
#include "patchbay/sandbox/text.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Fields;
using sandbox::Response;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kLongestWindow = 31;
constexpr const char* kReadScope = "personio:compensations:read";
constexpr const char* kWriteScope = "personio:compensations:write";

/// Days since 1970, both inclusive.
struct Window {
  std::int64_t first{0};
  std::int64_t last{0};
};

Window month_of(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  const auto days = [](auto point) {
    return std::chrono::sys_days{point}.time_since_epoch().count();
  };
  const auto month = date.year() / date.month();
  return {.first = days(month / 1), .last = days(month / std::chrono::last)};
}

/// What is missing comes from the month of what is given, else from the current month.
Window read_window(const Service& service, const Fields& query) {
  const auto day = [&](const char* name) -> std::optional<std::int64_t> {
    const auto text = query.find(name);
    return text ? sandbox::parse_iso_date(*text) : std::nullopt;
  };
  const auto first = day("start_date");
  const auto last = day("end_date");
  const Window month = month_of(first.value_or(last.value_or(service.now_ms() / kDayMs)));
  return {.first = first.value_or(month.first), .last = last.value_or(month.last)};
}

bool is_paid_in(const Window& window, const Compensation& compensation) {
  const bool begun = compensation.effective_from <= window.last;
  return begun && (!compensation.interval.empty() || compensation.effective_from >= window.first);
}

json::object to_json(const Compensation& compensation, const CompensationType& type,
                     const std::string& legal_entity) {
  json::object object{{"id", compensation.id},
                      {"person", {{"id", compensation.person_id}}},
                      {"legal_entity", {{"id", legal_entity}}},
                      {"type", {{"id", type.id}, {"name", type.name}, {"category", type.category}}},
                      {"value", compensation.value},
                      {"currency", compensation.currency},
                      {"effective_from", sandbox::iso_date(compensation.effective_from)}};
  if (!compensation.interval.empty()) object["interval"] = compensation.interval;
  if (!compensation.comment.empty()) object["comment"] = compensation.comment;
  return object;
}

using Ids = std::optional<std::vector<std::string>>;

/// What a list's query asks for, read once: the list may run over every person.
struct Wanted {
  Window window;
  Ids persons;  ///< nothing: all
  Ids legal_entities;
};

bool holds(const Ids& wanted, const std::string& id) {
  return !wanted || std::find(wanted->begin(), wanted->end(), id) != wanted->end();
}

/// Salaries stand first, one place for each person; what was created follows.
std::optional<Compensation> compensation_at(const CompensationBook& book, const People& people,
                                            const Wanted& wanted, std::int64_t place) {
  if (place >= people.count()) {
    return book.created()[static_cast<std::size_t>(place - people.count())];
  }
  const bool asked = people.has(place) && holds(wanted.persons, std::to_string(people.id(place)));
  return asked ? book.salary(people, place, wanted.window.last) : std::nullopt;
}

std::optional<json::object> element(const CompensationBook& book, const People& people,
                                    const Wanted& wanted, std::int64_t place) {
  const auto compensation = compensation_at(book, people, wanted, place);
  if (!compensation || !is_paid_in(wanted.window, *compensation)) return std::nullopt;
  if (!holds(wanted.persons, compensation->person_id)) return std::nullopt;
  const auto person = people.find(compensation->person_id);
  const std::string entity = person ? std::to_string(person->latest().legal_entity.id) : "";
  if (!holds(wanted.legal_entities, entity)) return std::nullopt;
  return to_json(*compensation, *book.find_type(compensation->type_id), entity);
}

Response list_compensations(const Call& call) {
  auto read = read_list(call, {.standard = 100, .highest = 100},
                        {{.name = "start_date", .kind = ValueKind::date},
                         {.name = "end_date", .kind = ValueKind::date},
                         {.name = "person.id"},
                         {.name = "legal_entity.id"}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  const Window window = read_window(call.service, page.query);
  if (window.last < window.first || window.last - window.first > kLongestWindow) {
    call.service.violations.add("start_date to end_date is over a month, or backwards");
    return v2_bad_parameters(call.service);
  }
  const Wanted wanted{.window = window,
                      .persons = list_filter(page.query, "person.id"),
                      .legal_entities = list_filter(page.query, "legal_entity.id")};
  const People people = call.service.people();
  const std::int64_t size =
      people.count() + static_cast<std::int64_t>(call.service.compensations.created().size());
  return list_answer(call.service, call.request, page, size, [&](std::int64_t place) {
    return element(call.service.compensations, people, wanted, place);
  });
}

const ValueRules& creation_rules() {
  static const ValueRules rules{
      {.name = "person", .kind = ValueKind::reference, .required = true},
      {.name = "type", .kind = ValueKind::reference, .required = true},
      {.name = "value", .kind = ValueKind::number, .required = true},
      {.name = "currency"},
      {.name = "effective_from", .kind = ValueKind::date, .required = true},
      {.name = "interval", .choices = {"MONTHLY", "QUARTERLY", "HALF-YEARLY", "YEARLY"}},
      {.name = "comment"}};
  return rules;
}

bool is_currency(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool has_two_decimals(double value) {
  const double cents = value * 100;
  return std::abs(cents - std::round(cents)) < 1e-6;
}

Response create_compensation(const Call& call) {
  const bool allowed = call.token.has_scope(kReadScope) && call.service.options.compensation_writes;
  if (!allowed) return v2_forbidden(call.service);
  auto read = read_body(call, creation_rules());
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const json::object& body = std::get<json::object>(read);
  const double value = body.at("value").to_number<double>();
  const std::string currency = sandbox::string_member(body, "currency").value_or("EUR");
  if (!has_two_decimals(value) || !is_currency(currency)) return v2_bad_content(call.service);
  const CompensationType* type = call.service.compensations.find_type(reference_id(body, "type"));
  const std::string person = reference_id(body, "person");
  if (type == nullptr || !call.service.has_person(person)) return v2_no_such_resource(call.service);
  const bool recurring = type->category == "RECURRING";
  const std::string interval = sandbox::string_member(body, "interval").value_or("MONTHLY");
  const std::string from = *sandbox::string_member(body, "effective_from");
  const std::string id = call.service.compensations.add(
      {.id = {},
       .person_id = person,
       .type_id = type->id,
       .value = value,
       .currency = currency,
       .effective_from = *sandbox::parse_iso_date(from),
       .interval = recurring ? interval : "",
       .comment = sandbox::string_member(body, "comment").value_or("")});
  return sandbox::json_response(201, json::object{{"id", id}});
}

Response list_types(const Call& call) {
  auto read = read_list(call, {.standard = 100, .highest = 100}, {});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const auto& types = call.service.compensations.types();
  return list_answer(
      call.service, call.request, std::get<Page>(read), static_cast<std::int64_t>(types.size()),
      [&](std::int64_t place) -> std::optional<json::object> {
        const CompensationType& type = types[static_cast<std::size_t>(place)];
        return json::object{{"id", type.id}, {"name", type.name}, {"category", type.category}};
      });
}

Response create_type(const Call& call) {
  auto read = read_body(
      call, {{.name = "name", .required = true},
             {.name = "category", .required = true, .choices = {"ONE_TIME", "RECURRING"}}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const json::object& body = std::get<json::object>(read);
  const CompensationType& type = call.service.compensations.add_type(
      *sandbox::string_member(body, "name"), *sandbox::string_member(body, "category"));
  return sandbox::json_response(
      201, json::object{{"id", type.id}, {"name", type.name}, {"category", type.category}});
}

}  // namespace

void add_compensations(sandbox::Router& router, Service& service) {
  const std::string root = "/v2/compensations";
  add_v2(router, service, "GET", root, v2_rule(kReadScope), list_compensations);
  add_v2(router, service, "POST", root, v2_rule(kWriteScope), create_compensation);
  add_v2(router, service, "GET", root + "/types", v2_rule(kReadScope), list_types);
  add_v2(router, service, "POST", root + "/types", v2_rule(kWriteScope), create_type);
}

}  // namespace patchbay::personio_sandbox
