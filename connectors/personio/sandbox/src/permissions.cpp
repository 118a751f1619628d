#include "permissions.h"

#include <algorithm>

namespace patchbay::personio_sandbox {

std::vector<Module> modules(const Options& options) {
  return {
      {"employees",
       {"employees:read", "personio:persons:read"},
       {"employees:write", "personio:persons:write"}},
      {"attendances",
       {"attendances:read", "personio:attendances:read", "personio:projects:read"},
       {"attendances:write", "personio:attendances:write", "personio:projects:write"}},
      {"absences",
       {"absences:read", "personio:absences:read"},
       {"absences:write", "personio:absences:write"}},
      {"documents", {"documents:read"}, {"documents:write"}},
      {"custom_reports", {"reports.custom:read", "personio:reports:read"}, {}},
      {"compensations", {"personio:compensations:read"}, {"personio:compensations:write"}},
      {"recruiting", {"personio:recruiting:read"}, {"personio:recruiting:write"}},
      {"webhooks", {"personio:webhooks:read"}, {"personio:webhooks:write"}},
      {"org_units", {options.org_units_scope}, {}},
      {"legal_entities", {options.legal_entities_scope}, {}},
      {"cost_centers", {options.cost_centers_scope}, {}},
      {"workplaces", {options.workplaces_scope}, {}},
      {"jobs", {"personio:jobs:read"}, {}},
      {"salary_bands", {"personio:salary-bands:read"}, {}},
  };
}

std::vector<std::string> scopes_of(const IntegrationRequest& request, const Options& options) {
  std::vector<std::string> scopes;
  for (const Module& module : modules(options)) {
    const auto found = request.permissions.find(std::string(module.name));
    if (found == request.permissions.end()) continue;
    if (found->second.read) {
      scopes.insert(scopes.end(), module.read_scopes.begin(), module.read_scopes.end());
    }
    if (found->second.write) {
      scopes.insert(scopes.end(), module.write_scopes.begin(), module.write_scopes.end());
    }
  }
  return scopes;
}

std::optional<std::string> check_permissions(const IntegrationRequest& request) {
  const std::vector<Module> known = modules({});
  for (const auto& [name, access] : request.permissions) {
    const auto module = std::find_if(known.begin(), known.end(), [&](const Module& candidate) {
      return candidate.name == name;
    });
    if (module == known.end()) {
      std::string error = "unknown module \"" + name + "\"; there are:";
      for (const Module& candidate : known) error += ' ' + std::string(candidate.name);
      return error;
    }
    if (access.write && module->write_scopes.empty()) return name + " can only be read";
  }
  return std::nullopt;
}

bool is_v1_scope(std::string_view scope) {
  return !scope.starts_with("personio:");
}

IntegrationRequest with_all_permissions(std::string label) {
  IntegrationRequest request{.label = std::move(label)};
  for (const Module& module : modules({})) {
    request.permissions[std::string(module.name)] = {.read = true,
                                                     .write = !module.write_scopes.empty()};
  }
  return request;
}

}  // namespace patchbay::personio_sandbox
