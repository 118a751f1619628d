// GET /v2/recruiting/…: applications with their stage transitions, candidates, jobs, categories
// (reference, section 4.2). All want `Beta: true`.
#include "areas.h"
#include "gateway.h"
#include "patchbay/sandbox/text.h"
#include "recruiting.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Fields;
using sandbox::Response;

constexpr PageLimits kLimits{.standard = 100, .highest = 200};

/// Applications and jobs tell a time so; candidates as plain text.
json::object zoned(std::int64_t unix_ms) {
  return {{"date-time", sandbox::iso_utc(unix_ms)}, {"timezone", "UTC"}};
}

json::object named(std::int64_t id, std::string_view name) {
  return {{"id", std::to_string(id)}, {"name", name}};
}

json::object stage_to_json(const Stage& stage) {
  json::object object = named(stage.id, stage.name);
  object["kind"] = "STAGE";
  object["type"] = stage.type;
  return object;
}

json::object candidate_names(const Applicant& applicant) {
  return {{"id", std::to_string(applicant.candidate_id)},
          {"email", applicant.person.email},
          {"first_name", applicant.person.first_name},
          {"last_name", applicant.person.last_name},
          {"gender", applicant.person.gender}};
}

json::object category_to_json(const Unit& category) {
  return named(category.id, category.name);
}

json::object category_of(const OpenPosition& position) {
  for (const Unit& category : recruiting_categories()) {
    if (category.id == position.category) return category_to_json(category);
  }
  return {};
}

json::object job_to_json(const OpenPosition& position) {
  json::object object = named(position.id, position.title);
  object["department"] = named(position.department->unit.id, position.department->unit.name);
  object["category"] = category_of(position);
  object["status"] = "OPEN";
  object["created_at"] = zoned(position.updated_ms);
  object["updated_at"] = zoned(position.updated_ms);
  return object;
}

json::object application_to_json(const Applicant& applicant) {
  const OpenPosition position = Recruiting::position(applicant.position);
  json::object job = named(position.id, position.title);
  job["department"] = named(position.department->unit.id, position.department->unit.name);
  job["category"] = category_of(position);
  return {{"id", std::to_string(applicant.application_id)},
          {"application_date", sandbox::iso_utc(applicant.applied_ms).substr(0, 10)},
          {"candidate", candidate_names(applicant)},
          {"job", std::move(job)},
          {"current_stage", stage_to_json(recruiting_stages()[applicant.stage])},
          {"channel", named(11, "Career page")},
          {"hiring_team", json::array{}},
          {"is_anonymized", false},
          {"created_at", zoned(applicant.applied_ms)},
          {"updated_at", zoned(applicant.updated_ms)}};
}

json::object candidate_to_json(const Applicant& applicant) {
  json::object object = candidate_names(applicant);
  object["applications"] =
      json::array{json::object{{"id", std::to_string(applicant.application_id)}}};
  object["created_at"] = sandbox::iso_utc(applicant.applied_ms);
  object["updated_at"] = sandbox::iso_utc(applicant.updated_ms);
  return object;
}

/// The 400 when both bounds of the update are given: one excludes the other.
std::optional<Response> check_bounds(Service& service, const Fields& query) {
  if (!query.has("updated_at.gt") || !query.has("updated_at.lt")) return std::nullopt;
  service.violations.add("updated_at.gt together with updated_at.lt");
  return v2_bad_parameters(service);
}

Recruiting recruiting_of(const Service& service) {
  return Recruiting(service.options.seed, service.recruiting.applicants());
}

bool passes(const Fields& query, const char* email, const Applicant& applicant) {
  const auto wanted = query.find(email);
  return (!wanted || sandbox::equal_ignoring_case(*wanted, applicant.person.email)) &&
         passes_time(query, "updated_at", applicant.updated_ms);
}

/// Applications and candidates differ in the name of the filter and in what is shown.
Response list_applicants(const Call& call, const char* email,
                         json::object (*to_json)(const Applicant&)) {
  auto read = read_list(call, kLimits,
                        {{.name = email},
                         {.name = "updated_at.gt", .kind = ValueKind::utc_time},
                         {.name = "updated_at.lt", .kind = ValueKind::utc_time}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  if (auto refused = check_bounds(call.service, page.query)) return std::move(*refused);
  const Recruiting recruiting = recruiting_of(call.service);
  return list_answer(call.service, call.request, page, recruiting.count(),
                     [&](std::int64_t place) -> std::optional<json::object> {
                       const Applicant applicant = recruiting.applicant(place);
                       if (!passes(page.query, email, applicant)) return std::nullopt;
                       return to_json(applicant);
                     });
}

std::optional<Applicant> named_applicant(const Call& call,
                                         std::int64_t Applicant::* id_of_applicant) {
  const std::string id = call.request.params.find("id").value_or("");
  const Recruiting recruiting = recruiting_of(call.service);
  for (std::int64_t place = 0; place < recruiting.count(); ++place) {
    Applicant applicant = recruiting.applicant(place);
    if (std::to_string(applicant.*id_of_applicant) == id) return applicant;
  }
  return std::nullopt;
}

Response get_applicant(const Call& call, std::int64_t Applicant::* id,
                       json::object (*to_json)(const Applicant&)) {
  const auto applicant = named_applicant(call, id);
  if (!applicant) return v2_no_such_resource(call.service);
  return sandbox::json_response(200, to_json(*applicant));
}

/// The latest stands first.
Response list_transitions(const Call& call) {
  const auto applicant = named_applicant(call, &Applicant::application_id);
  if (!applicant) return v2_no_such_resource(call.service);
  auto read = read_list(call, kLimits, {});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const auto size = static_cast<std::int64_t>(applicant->stage);
  return list_answer(call.service, call.request, std::get<Page>(read), size,
                     [&](std::int64_t place) -> std::optional<json::object> {
                       const auto to = static_cast<std::size_t>(size - place);
                       return json::object{
                           {"from_stage", stage_to_json(recruiting_stages()[to - 1])},
                           {"to_stage", stage_to_json(recruiting_stages()[to])},
                           {"transitioned_at", zoned(Recruiting::reached_ms(*applicant, to))}};
                     });
}

std::vector<json::object> jobs() {
  std::vector<json::object> list;
  list.reserve(Recruiting::position_count());
  for (std::size_t place = 0; place < Recruiting::position_count(); ++place) {
    list.push_back(job_to_json(Recruiting::position(place)));
  }
  return list;
}

std::vector<json::object> categories() {
  std::vector<json::object> list;
  list.reserve(recruiting_categories().size());
  for (const Unit& category : recruiting_categories()) list.push_back(category_to_json(category));
  return list;
}

Response list_objects(const Call& call, const std::vector<json::object>& objects) {
  auto read = read_list(call, kLimits, {});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  return list_answer(call.service, call.request, std::get<Page>(read),
                     static_cast<std::int64_t>(objects.size()),
                     [&](std::int64_t place) -> std::optional<json::object> {
                       return objects[static_cast<std::size_t>(place)];
                     });
}

Response get_object(const Call& call, const std::vector<json::object>& objects) {
  const std::string id = call.request.params.find("id").value_or("");
  for (const json::object& object : objects) {
    if (sandbox::string_member(object, "id") == id) return sandbox::json_response(200, object);
  }
  return v2_no_such_resource(call.service);
}

}  // namespace

void add_recruiting(sandbox::Router& router, Service& service) {
  const std::string root = "/v2/recruiting/";
  const auto add = [&](const std::string& path, CallHandler handler) {
    add_v2(router, service, "GET", root + path,
           v2_rule("personio:recruiting:read", &Options::recruiting_beta), std::move(handler));
  };
  add("applications", [](const Call& call) {
    return list_applicants(call, "candidate.email", application_to_json);
  });
  add("applications/{id}", [](const Call& call) {
    return get_applicant(call, &Applicant::application_id, application_to_json);
  });
  add("applications/{id}/stage-transitions", list_transitions);
  add("candidates",
      [](const Call& call) { return list_applicants(call, "email", candidate_to_json); });
  add("candidates/{id}", [](const Call& call) {
    return get_applicant(call, &Applicant::candidate_id, candidate_to_json);
  });
  add("jobs", [](const Call& call) { return list_objects(call, jobs()); });
  add("jobs/{id}", [](const Call& call) { return get_object(call, jobs()); });
  add("categories", [](const Call& call) { return list_objects(call, categories()); });
  add("categories/{id}", [](const Call& call) { return get_object(call, categories()); });
}

}  // namespace patchbay::personio_sandbox
