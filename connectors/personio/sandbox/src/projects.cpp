#include "projects.h"

#include <algorithm>

#include "patchbay/sandbox/clock.h"

namespace patchbay::personio_sandbox {
namespace {

Project project(const char* id, const char* name, const char* code) {
  static const std::int64_t made_ms = sandbox::days_from_civil(2026, 1, 5) * 86'400'000;
  Project result;
  result.id = id;
  result.name = name;
  result.project_code = code;
  result.created_ms = made_ms;
  result.updated_ms = made_ms;
  return result;
}

}  // namespace

std::vector<Project> made_up_projects(const People& people) {
  Project intranet = project("5101", "Intranet", "INT");
  Project shop = project("5102", "Webshop", "SHOP");
  shop.client_name = "Sample Retail Ltd";
  shop.billable = true;
  shop.assigned_to_all = false;
  for (std::int64_t index = 0; index < std::min<std::int64_t>(5, people.count()); ++index) {
    shop.members.insert(std::to_string(people.id(index)));
  }
  Project design = project("5103", "Webshop: design", "SHOP-D");
  design.parent_id = shop.id;
  Project search = project("5104", "Webshop: search", "SHOP-S");
  search.parent_id = shop.id;
  Project fair = project("5105", "Trade fair 2025", "FAIR25");
  fair.status = "ARCHIVED";
  return {intranet, shop, design, search, fair};
}

const Project* find_project(const std::vector<Project>& projects, std::string_view id) {
  const auto found = std::find_if(projects.begin(), projects.end(),
                                  [&](const Project& candidate) { return candidate.id == id; });
  return found == projects.end() ? nullptr : &*found;
}

}  // namespace patchbay::personio_sandbox
