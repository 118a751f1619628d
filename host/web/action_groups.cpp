#include "web/action_groups.h"

#include <map>

#include "web/manifest_text.h"

namespace patchbay::web {
namespace {

// An action needs all of its permissions; the first says where people look for it.
std::string_view module_of(const manifest::Action& action) {
  return action.permissions.empty() ? std::string_view() : action.permissions.front().id;
}

}  // namespace

std::vector<ActionGroup> grouped_actions(const manifest::Manifest& manifest,
                                         const std::vector<const manifest::Action*>& actions,
                                         const Language& language) {
  std::map<std::string_view, std::vector<const manifest::Action*>> by_module;
  for (const auto* action : actions) by_module[module_of(*action)].push_back(action);
  std::vector<ActionGroup> groups;
  for (const auto& permission : manifest.permissions) {
    if (auto found = by_module.extract(permission.id))
      groups.push_back({plain(manifest, language, permission.label), std::move(found.mapped())});
  }
  if (auto others = by_module.extract(std::string_view()))
    groups.push_back({language.text("integration.others"), std::move(others.mapped())});
  return groups;
}

std::string_view kind_of(const manifest::Action& action) {
  if (action.read_only) return "reads";
  return action.destructive ? "destroys" : "writes";
}

}  // namespace patchbay::web
