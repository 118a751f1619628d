// GET /v2/persons/{person_id}/employments and …/{id} (reference, section 4.2).
#include <algorithm>

#include "areas.h"
#include "attributes.h"
#include "gateway.h"
#include "paging.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

std::string url(std::string_view path) {
  return std::string(kApiUrl) + std::string(path);
}

json::object reference(std::int64_t id) {
  return {{"id", std::to_string(id)}};
}

json::value day_or_null(const std::optional<std::int64_t>& day) {
  return day ? json::value(json::string(sandbox::iso_date(*day))) : json::value(nullptr);
}

json::object termination_to_json(const Service& service, const Termination& termination) {
  json::object object{{"termination_date", sandbox::iso_date(termination.day)},
                      {"terminated_at", sandbox::iso_utc(termination.terminated_ms)},
                      {"type", termination.type},
                      {"reason", termination.reason}};
  object[service.options.last_working_day_key] = sandbox::iso_date(termination.last_working_day);
  return object;
}

json::object employment_to_json(const Call& call, const Person& person,
                                const Employment& employment) {
  const bool limited = call.service.options.whitelist_covers_employments;
  const Readable& readable = call.integration.request.readable_attributes;
  json::object object{{"id", employment.id}};
  const auto add = [&](const char* name, const char* attribute, json::value value) {
    if (!limited || is_readable(readable, attribute)) object[name] = std::move(value);
  };
  add("status", "status", json::string(employment.status));
  add("weekly_working_hours", "weekly_working_hours", whole_or_fraction(employment.weekly_hours));
  add("full_time_weekly_working_hours", "weekly_working_hours",
      whole_or_fraction(employment.full_time_weekly_hours));
  add("probation_end_date", "probation_period_end", day_or_null(employment.probation_end_day));
  add("employment_start_date", "hire_date", day_or_null(employment.start_day));
  add("employment_end_date", "termination_date", day_or_null(employment.end_day));
  add("type", "employment_type", json::string(employment.type));
  add("contract_end_date", "contract_end_date", day_or_null(employment.contract_end_day));
  add("created_at", "created_at", json::string(sandbox::iso_utc(employment.created_ms)));
  add("updated_at", "last_modified_at", json::string(sandbox::iso_utc(employment.updated_ms)));
  add("position", "position", json::object{{"title", employment.position}});
  if (person.supervisor_id) add("supervisor", "supervisor", reference(*person.supervisor_id));
  const Unit& entity = employment.legal_entity;
  add("office", "office", reference(employment.office->unit.id));
  add("legal_entity", "subcompany", reference(entity.id));
  add("sub_company", "subcompany", reference(entity.id));
  add("org_units", "department",
      json::array{json::object{{"type", "team"}, {"id", std::to_string(employment.team.id)}},
                  json::object{{"type", "department"},
                               {"id", std::to_string(employment.department->unit.id)}}});
  json::array shares;
  for (const CostShare& share : employment.cost_centers) {
    shares.push_back(json::object{{"id", std::to_string(share.center.id)},
                                  {"weight", whole_or_fraction(share.percent)}});
  }
  add("cost_centers", "cost_centers", std::move(shares));
  object["person"] = reference(person.id);
  if (employment.termination) {
    add("termination", "termination_date",
        termination_to_json(call.service, *employment.termination));
  }
  json::object links{{"person", {{"href", url("/v2/persons/" + std::to_string(person.id))}}}};
  if (person.supervisor_id) {
    links["supervisor"] = {{"href", url("/v2/persons/" + std::to_string(*person.supervisor_id))}};
  }
  object["_meta"] = {{"links", std::move(links)}};
  return object;
}

std::optional<Person> person_at(const Call& call, std::string_view id) {
  return call.service.people().find(id);
}

Response list_of(const Call& call, const Person& person, const sandbox::Request& request) {
  auto read = read_page(call.service, request, {.standard = 10, .highest = 50});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  if (auto refused = check_filters(call.service, page.query, {{"id"}, {"updated_at", true}})) {
    return std::move(*refused);
  }
  const auto ids = list_filter(page.query, "id");
  json::array data;
  std::optional<std::int64_t> next;
  const auto size = static_cast<std::int64_t>(person.employments.size());
  for (std::int64_t place = page.offset; place < size; ++place) {
    const Employment& employment = person.employments[static_cast<std::size_t>(place)];
    if (ids && std::find(ids->begin(), ids->end(), employment.id) == ids->end()) continue;
    if (!passes_time(page.query, "updated_at", employment.updated_ms)) continue;
    if (static_cast<std::int64_t>(data.size()) == page.limit) {
      next = place;
      break;
    }
    data.push_back(employment_to_json(call, person, employment));
  }
  const std::string next_path =
      call.service.options.employments_at_root_links ? "/v2/employments" : page.path;
  return page_answer(call.service, call.request, page, std::move(data), next, next_path);
}

Response list_employments(const Call& call) {
  const auto person = person_at(call, call.request.params.find("person_id").value_or(""));
  if (!person) return v2_no_such_resource(call.service);
  return list_of(call, *person, call.request);
}

/// Only the official examples' next links lead here; the cursor knows whose employments are meant.
Response list_by_cursor(const Call& call) {
  const std::string cursor = call.request.query.find("cursor").value_or("");
  const auto path = cursor_path(call.service, cursor);
  if (!path || !call.service.options.employments_at_root_links) {
    return v2_no_such_endpoint(call.service, call.request.path);
  }
  const std::string_view prefix = "/v2/persons/";
  const std::string_view id = std::string_view(*path).substr(std::min(prefix.size(), path->size()));
  const auto person = person_at(call, id.substr(0, id.find('/')));
  if (!person) return v2_bad_parameters(call.service);
  sandbox::Request real = call.request;
  real.path = *path;
  return list_of(call, *person, real);
}

Response get_employment(const Call& call) {
  const auto person = person_at(call, call.request.params.find("person_id").value_or(""));
  if (!person) return v2_no_such_resource(call.service);
  const std::string id = call.request.params.find("id").value_or("");
  for (const Employment& employment : person->employments) {
    if (employment.id == id) {
      return sandbox::json_response(200, employment_to_json(call, *person, employment));
    }
  }
  return v2_no_such_resource(call.service);
}

}  // namespace

void add_employments(sandbox::Router& router, Service& service) {
  // No page states the scope; employments are read with persons everywhere else.
  const V2Rule rule{.scope = "personio:persons:read",
                    .calls_per_second = &Options::v2_employments_per_second,
                    .missing_right_status = &Options::persons_missing_right_status};
  add_v2(router, service, "GET", "/v2/persons/{person_id}/employments", rule, list_employments);
  add_v2(router, service, "GET", "/v2/persons/{person_id}/employments/{id}", rule, get_employment);
  add_v2(router, service, "GET", "/v2/employments", rule, list_by_cursor);
}

}  // namespace patchbay::personio_sandbox
