// GET /v2/org-units (its existence is newer and unsure) and …/{id} (reference, section 4.2).
#include <optional>

#include "areas.h"
#include "company.h"
#include "gateway.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

struct OrgUnit {
  const Unit* unit{nullptr};
  const Unit* parent{nullptr};  ///< a team's department
  std::string_view type() const { return parent == nullptr ? "department" : "team"; }
};

std::vector<OrgUnit> org_units() {
  std::vector<OrgUnit> list;
  for (const Department& department : departments()) {
    list.push_back({.unit = &department.unit});
    for (const Unit& team : department.teams) {
      list.push_back({.unit = &team, .parent = &department.unit});
    }
  }
  return list;
}

json::object to_json(const OrgUnit& org_unit) {
  json::object object{{"id", std::to_string(org_unit.unit->id)},
                      {"type", org_unit.type()},
                      {"name", org_unit.unit->name},
                      {"abbreviation", org_unit.unit->name.substr(0, 3)},
                      {"description", nullptr},
                      {"parent_id", nullptr}};
  if (org_unit.parent != nullptr) object["parent_id"] = std::to_string(org_unit.parent->id);
  return object;
}

/// From the parent up. The list shows ids alone, a single unit all that is known.
void add_chain(json::object& object, const OrgUnit& org_unit, bool with_details) {
  json::array chain;
  if (org_unit.parent != nullptr) {
    const OrgUnit parent{.unit = org_unit.parent};
    chain.push_back(with_details ? to_json(parent)
                                 : json::object{{"id", std::to_string(org_unit.parent->id)}});
  }
  object["parent_chain"] = std::move(chain);
}

bool wants_chain(const sandbox::Fields& query) {
  return query.find("include_parent_chain") == "true";
}

ValueRules rules(bool type_required) {
  return {{.name = "type", .required = type_required, .choices = {"team", "department"}},
          {.name = "include_parent_chain", .kind = ValueKind::flag}};
}

Response list_org_units(const Call& call) {
  if (!call.service.options.organisation_feature) return v2_no_access_to_feature(call.service);
  ValueRules list_rules = rules(false);
  list_rules.push_back({.name = "id"});
  list_rules.push_back({.name = "sort", .choices = {"id", "-id", "name", "-name"}});
  auto read = read_list(call, {.standard = 50, .highest = 100}, list_rules);
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  const Page& page = std::get<Page>(read);
  const std::vector<OrgUnit> all = org_units();
  return list_answer(call.service, call.request, page, static_cast<std::int64_t>(all.size()),
                     [&](std::int64_t place) -> std::optional<json::object> {
                       const OrgUnit& org_unit = all[static_cast<std::size_t>(place)];
                       const auto type = page.query.find("type");
                       if (type && *type != org_unit.type()) return std::nullopt;
                       json::object object = to_json(org_unit);
                       if (wants_chain(page.query)) add_chain(object, org_unit, false);
                       return object;
                     });
}

Response get_org_unit(const Call& call) {
  if (!call.service.options.organisation_feature) return v2_no_access_to_feature(call.service);
  const sandbox::Fields& query = call.request.query;
  if (auto refused = check_query(call.service, query, rules(true))) return std::move(*refused);
  const std::string id = call.request.params.find("id").value_or("");
  for (const OrgUnit& org_unit : org_units()) {
    if (std::to_string(org_unit.unit->id) != id || query.find("type") != org_unit.type()) continue;
    json::object object = to_json(org_unit);
    if (wants_chain(query)) add_chain(object, org_unit, true);
    return sandbox::json_response(200, object);
  }
  return v2_no_requested_resource(call.service);
}

}  // namespace

void add_org_units(sandbox::Router& router, Service& service) {
  add_v2(router, service, "GET", "/v2/org-units",
         v2_rule(&Options::org_units_scope, &Options::organisation_beta), list_org_units);
  add_v2(router, service, "GET", "/v2/org-units/{id}", v2_rule(&Options::org_units_scope),
         get_org_unit);
}

}  // namespace patchbay::personio_sandbox
