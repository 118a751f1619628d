#include "accounts/permission_report.h"

#include <algorithm>

#include "base/json_texts.h"

namespace patchbay::accounts {

using manifest::PermissionRef;

std::string_view to_word(FoundBy found_by) {
  switch (found_by) {
    case FoundBy::kScope:
      return "scope";
    case FoundBy::kConnector:
      return "connector";
    case FoundBy::kProbe:
      return "probe";
    case FoundBy::kNothing:
      break;
  }
  return "";
}

std::vector<PermissionLine> permission_report(const manifest::Manifest& manifest,
                                              const std::vector<std::string>& action_ids,
                                              const GrantedPermissions& granted) {
  const auto needed = manifest.needed_permissions(action_ids);
  std::vector<PermissionLine> lines;
  for (const auto& ref : manifest.all_permissions()) {
    const auto name = ref.to_string();
    const bool required = manifest.find_permission(ref.id)->side(ref.access).required;
    const auto reach = granted.reach.find(name);
    lines.push_back(
        {.permission = ref,
         .granted = granted.state(name),
         .needed = std::ranges::find(needed, ref) != needed.end(),
         .required = required,
         .found_by = granted.found_by(name),
         .found_at = granted.found_at(name),
         .reach = reach == granted.reach.end() ? std::nullopt : std::optional(reach->second)});
  }
  return lines;
}

std::vector<std::string> allowed_actions(const manifest::Manifest& manifest,
                                         const std::optional<std::string>& allowed_json) {
  std::vector<std::string> ids;
  if (!allowed_json) {
    for (const auto& action : manifest.actions)
      if (action.read_only) ids.push_back(action.id);
    return ids;
  }
  const auto document = json::Document::parse(*allowed_json);
  if (!document) return ids;
  for (auto& id : json::texts_of(document->root()))
    if (manifest.find_action(id) != nullptr) ids.push_back(std::move(id));
  return ids;
}

}  // namespace patchbay::accounts
