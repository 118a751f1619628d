// PATCH /v2/persons/{person_id}/employments/{employment_id} (reference, section 4.2).
#include "employment_writes.h"

#include <algorithm>
#include <charconv>

#include "areas.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr std::int64_t kDayMs = 86'400'000;

const std::vector<std::string_view>& statuses() {
  static const std::vector<std::string_view> names{"ACTIVE", "INACTIVE", "ONBOARDING", "LEAVE"};
  return names;
}

const std::vector<std::string_view>& types() {
  static const std::vector<std::string_view> names{"INTERNAL", "EXTERNAL"};
  return names;
}

/// The unit of this id, or null. `unit_of` makes a Unit of an element.
template <typename Range, typename UnitOf>
auto find_unit(const Range& range, std::string_view id, UnitOf unit_of) -> decltype(&range[0]) {
  for (const auto& element : range) {
    if (std::to_string(unit_of(element).id) == id) return &element;
  }
  return nullptr;
}

const Unit* find_unit(std::span<const Unit> units, std::string_view id) {
  return find_unit(units, id, [](const Unit& unit) { return unit; });
}

/// The views of `names` live as long as the program: an employment may keep them.
void set_choice(const json::object& body, const char* name,
                const std::vector<std::string_view>& names, std::string_view& target) {
  const auto text = sandbox::string_member(body, name);
  if (text) target = *std::find(names.begin(), names.end(), *text);
}

/// False when it is there and not from 0 to `highest`.
bool set_number(const json::object& body, const char* name, double highest, double& target) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return true;
  const auto number = value->to_number<double>();
  if (number < 0 || number > highest) return false;
  target = number;
  return true;
}

/// A null takes the day away.
void set_day(const json::object& body, const char* name, std::optional<std::int64_t>& target) {
  if (!body.contains(name)) return;
  const auto text = sandbox::string_member(body, name);
  target = text ? sandbox::parse_iso_date(*text) : std::nullopt;
}

bool set_department(std::string_view id, Employment& employment) {
  const Department* department =
      find_unit(departments(), id, [](const Department& one) { return one.unit; });
  if (department == nullptr) return false;
  employment.department = department;
  return true;
}

bool set_team(std::string_view id, Employment& employment) {
  for (const Department& department : departments()) {
    if (const Unit* team = find_unit(department.teams, id)) {
      employment.team = *team;
      return true;
    }
  }
  return false;
}

bool set_org_units(Service& service, const json::array& units, Employment& employment) {
  const ValueRules rules{{"type", ValueKind::text, true, {"team", "department"}},
                         {"id", ValueKind::text, true}};
  return std::all_of(units.begin(), units.end(), [&](const json::value& unit) {
    const json::object* object = unit.if_object();
    if (object == nullptr || !check_object(service, *object, rules, "org_units.")) return false;
    const std::string id(object->at("id").as_string());
    return object->at("type") == "team" ? set_team(id, employment) : set_department(id, employment);
  });
}

bool set_cost_centers(Service& service, const json::array& shares, Employment& employment) {
  const ValueRules rules{{"id", ValueKind::text, true}, {"weight", ValueKind::number, true}};
  std::vector<CostShare> wanted;
  for (const json::value& share : shares) {
    const json::object* object = share.if_object();
    if (object == nullptr || !check_object(service, *object, rules, "cost_centers.")) return false;
    const Unit* center = find_unit(cost_centers(), object->at("id").as_string());
    CostShare wanted_share;
    if (center == nullptr || !set_number(*object, "weight", 100, wanted_share.percent))
      return false;
    wanted_share.center = *center;
    wanted.push_back(wanted_share);
  }
  employment.cost_centers = std::move(wanted);
  return true;
}

bool set_units(const json::object& body, Employment& employment) {
  if (body.contains("office")) {
    const Office* office = find_unit(offices(), reference_id(body, "office"),
                                     [](const Office& one) { return one.unit; });
    if (office == nullptr) return false;
    employment.office = office;
  }
  for (const char* name : {"subcompany", "legal_entity"}) {
    if (!body.contains(name)) continue;
    const Unit* entity = find_unit(legal_entities(), reference_id(body, name));
    if (entity == nullptr) return false;
    employment.legal_entity = *entity;
  }
  return true;
}

/// The end as a day, or counted in months from the start; never both.
bool set_probation(const json::object& body, Employment& employment) {
  constexpr double kDaysOfMonth = 30.44;
  if (!body.contains("probation_period_length")) {
    set_day(body, "probation_end_date", employment.probation_end_day);
    return true;
  }
  constexpr double kMostMonths = 120;
  double months = 0;
  if (body.contains("probation_end_date") ||
      !set_number(body, "probation_period_length", kMostMonths, months)) {
    return false;
  }
  employment.probation_end_day =
      employment.start_day + static_cast<std::int64_t>(months * kDaysOfMonth);
  return true;
}

bool set_hours(const json::object& body, Employment& employment) {
  constexpr double kWeek = 168;
  return set_number(body, "weekly_working_hours", kWeek, employment.weekly_hours) &&
         set_number(body, "full_time_weekly_working_hours", kWeek,
                    employment.full_time_weekly_hours);
}

bool set_supervisor(const Call& call, const json::object& body, Person& person) {
  if (!body.contains("supervisor")) return true;
  person.supervisor_id.reset();
  if (body.at("supervisor").is_null()) return true;
  const auto supervisor = call.service.people().find(reference_id(body, "supervisor"));
  if (!supervisor || supervisor->id == person.id) return false;
  person.supervisor_id = supervisor->id;
  return true;
}

bool set_position(Service& service, const json::object& body, Employment& employment) {
  if (!body.contains("position")) return true;
  const json::object& position = body.at("position").as_object();
  if (!check_object(service, position, {{"title", ValueKind::text, true}}, "position."))
    return false;
  employment.position = position.at("title").as_string();
  return true;
}

Response update_employment(const Call& call) {
  auto person = call.service.people().find(call.request.params.find("person_id").value_or(""));
  if (!person) return v2_no_such_resource(call.service);
  const std::string id = call.request.params.find("id").value_or("");
  const auto employment =
      std::find_if(person->employments.begin(), person->employments.end(),
                   [&](const Employment& candidate) { return candidate.id == id; });
  if (employment == person->employments.end()) return v2_no_such_resource(call.service);
  auto read = read_body(call, employment_rules());
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  if (auto refused = write_employment(call, std::get<json::object>(read), *person, *employment)) {
    return std::move(*refused);
  }
  person->updated_ms = employment->updated_ms;
  tell_employment(call, "employment.updated", *person, *employment);
  call.service.records.persons.write(std::move(*person));
  return Response::empty(204);
}

}  // namespace

const ValueRules& employment_rules() {
  static const ValueRules rules{
      {.name = "supervisor", .kind = ValueKind::reference, .nullable = true},
      {.name = "office", .kind = ValueKind::reference},
      {.name = "org_units", .kind = ValueKind::list},
      {.name = "subcompany", .kind = ValueKind::reference},
      {.name = "legal_entity", .kind = ValueKind::reference},
      {.name = "position", .kind = ValueKind::object},
      {.name = "status", .choices = statuses()},
      {.name = "employment_start_date", .kind = ValueKind::date},
      {.name = "type", .choices = types()},
      {.name = "contract_end_date", .kind = ValueKind::date, .nullable = true},
      {.name = "probation_end_date", .kind = ValueKind::date, .nullable = true},
      {.name = "probation_period_length", .kind = ValueKind::number},
      {.name = "weekly_working_hours", .kind = ValueKind::number},
      {.name = "full_time_weekly_working_hours", .kind = ValueKind::number},
      {.name = "cost_centers", .kind = ValueKind::list},
  };
  return rules;
}

std::optional<Response> write_employment(const Call& call, const json::object& body, Person& person,
                                         Employment& employment) {
  if (const auto start = sandbox::string_member(body, "employment_start_date")) {
    employment.start_day = *sandbox::parse_iso_date(*start);
  }
  const json::value* units = body.if_contains("org_units");
  const json::value* shares = body.if_contains("cost_centers");
  const bool right =
      set_hours(body, employment) && set_units(body, employment) &&
      set_probation(body, employment) && set_supervisor(call, body, person) &&
      set_position(call.service, body, employment) &&
      (units == nullptr || set_org_units(call.service, units->as_array(), employment)) &&
      (shares == nullptr || set_cost_centers(call.service, shares->as_array(), employment));
  if (!right) return v2_bad_parameters(call.service);
  set_choice(body, "status", statuses(), employment.status);
  set_choice(body, "type", types(), employment.type);
  set_day(body, "contract_end_date", employment.contract_end_day);
  employment.updated_ms = call.service.now_ms();
  return std::nullopt;
}

void tell_employment(const Call& call, const char* event, const Person& person,
                     const Employment& employment) {
  call.service.happened(
      event, {{"person_id", std::to_string(person.id)}, {"employment_id", employment.id}});
}

Employment new_employment(const Call& call, const Person& person) {
  constexpr std::uint64_t kCreatedEmployment = 1900;  // purpose of People::number
  const std::int64_t now_ms = call.service.now_ms();
  const Department& department = departments().front();
  const Office& office = offices().front();
  Employment employment;
  employment.id = call.service.people().uuid(person.index, kCreatedEmployment);
  employment.status = "ACTIVE";
  employment.type = "INTERNAL";
  employment.start_day = now_ms / kDayMs;
  employment.created_ms = now_ms;
  employment.updated_ms = now_ms;
  employment.department = &department;
  employment.team = department.teams.front();
  employment.office = &office;
  employment.legal_entity = legal_entities()[office.legal_entity];
  return employment;
}

void add_employment_writes(sandbox::Router& router, Service& service) {
  const V2Rule rule{.scope = "personio:persons:write",
                    .calls_per_second = &Options::v2_employments_per_second,
                    .missing_right_status = &Options::persons_missing_right_status};
  add_v2(router, service, "PATCH", "/v2/persons/{person_id}/employments/{id}", rule,
         update_employment);
}

}  // namespace patchbay::personio_sandbox
