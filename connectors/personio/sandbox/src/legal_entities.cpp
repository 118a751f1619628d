// GET /v2/legal-entities and …/{id} (reference, section 4.2).
#include <algorithm>

#include "areas.h"
#include "company.h"
#include "gateway.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

std::string_view country_of(std::size_t entity) {
  for (const Office& office : offices()) {
    if (office.legal_entity == entity) return office.country;
  }
  return "DE";
}

json::object entity_to_json(std::size_t index) {
  const Unit& unit = legal_entities()[index];
  const std::string id = std::to_string(unit.id);
  return {{"id", id},
          {"name", unit.name},
          {"country", country_of(index)},
          {"status", "ACTIVE"},
          {"is_main", index == 0},
          {"valid_from", "2016-01-01"},
          {"_meta",
           {{"links", {{"self", {{"href", std::string(kApiUrl) + "/v2/legal-entities/" + id}}}}}}}};
}

bool passes(const sandbox::Fields& query, std::size_t index) {
  const auto holds = [&](const char* name, std::string_view value) {
    const auto wanted = list_filter(query, name);
    return !wanted || std::find(wanted->begin(), wanted->end(), value) != wanted->end();
  };
  return holds("id", std::to_string(legal_entities()[index].id)) &&
         holds("country", country_of(index));
}

/// The newest stands first: the one that was added last.
Response list_entities(const Call& call) {
  if (!call.service.options.organisation_feature) return v2_no_access_to_feature(call.service);
  auto read = read_list(call, {.standard = 20, .highest = 100}, {{"id"}, {"country"}});
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  const auto size = static_cast<std::int64_t>(legal_entities().size());
  return list_answer(call.service, call.request, page, size,
                     [&](std::int64_t place) -> std::optional<json::object> {
                       const auto index = static_cast<std::size_t>(size - 1 - place);
                       if (!passes(page.query, index)) return std::nullopt;
                       return entity_to_json(index);
                     });
}

Response get_entity(const Call& call) {
  if (!call.service.options.organisation_feature) return v2_no_access_to_feature(call.service);
  if (auto refused = check_query(call.service, call.request.query, {})) return std::move(*refused);
  const std::string id = call.request.params.find("id").value_or("");
  for (std::size_t index = 0; index < legal_entities().size(); ++index) {
    if (std::to_string(legal_entities()[index].id) == id) {
      return sandbox::json_response(200, entity_to_json(index));
    }
  }
  return v2_no_requested_resource(call.service);
}

}  // namespace

void add_legal_entities(sandbox::Router& router, Service& service) {
  const V2Rule rule = v2_rule(&Options::legal_entities_scope);
  add_v2(router, service, "GET", "/v2/legal-entities", rule, list_entities);
  add_v2(router, service, "GET", "/v2/legal-entities/{id}", rule, get_entity);
}

}  // namespace patchbay::personio_sandbox
