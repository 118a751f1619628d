// GET /v2/cost-centers and /v2/workplaces (reference, section 4.2). Their limits are not
// documented.
#include "areas.h"
#include "company.h"
#include "gateway.h"
#include "named_list.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr PageLimits kLimits{.standard = 50, .highest = 100};

NamedObject named(const Unit& unit) {
  return {.id = unit.id,
          .name = std::string(unit.name),
          .body = {{"id", std::to_string(unit.id)}, {"name", unit.name}}};
}

Response list_cost_centers(const Call& call) {
  std::vector<NamedObject> list;
  for (const Unit& unit : cost_centers()) list.push_back(named(unit));
  return named_list(call, kLimits, std::move(list));
}

Response list_workplaces(const Call& call) {
  std::vector<NamedObject> list;
  for (const Office& office : offices()) {
    NamedObject workplace = named(office.unit);
    workplace.body["address"] = json::object{
        {"city", office.unit.name}, {"state", office.state}, {"country", office.country}};
    list.push_back(std::move(workplace));
  }
  return named_list(call, kLimits, std::move(list));
}

}  // namespace

void add_cost_centers(sandbox::Router& router, Service& service) {
  const auto beta = &Options::organisation_beta;
  add_v2(router, service, "GET", "/v2/cost-centers", v2_rule(&Options::cost_centers_scope, beta),
         list_cost_centers);
  add_v2(router, service, "GET", "/v2/workplaces", v2_rule(&Options::workplaces_scope, beta),
         list_workplaces);
}

}  // namespace patchbay::personio_sandbox
