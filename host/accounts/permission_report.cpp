#include "accounts/permission_report.h"

#include <algorithm>
#include <sstream>

#include "base/json.h"

namespace patchbay::accounts {
namespace {

using manifest::Access;
using manifest::Granted;
using manifest::PermissionRef;

// Calls f(ref, side) for every box the provider offers, in the manifest's order.
template <class F>
void for_each_box(const manifest::Manifest& manifest, F f) {
  for (const auto& permission : manifest.permissions)
    for (const auto access : {Access::kRead, Access::kWrite})
      if (permission.side(access).available)
        f(PermissionRef{permission.id, access}, permission.side(access));
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<std::string> strings_of(const json::Value& array) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < array.size(); ++i) out.push_back(array.at(i).string_or(""));
  return out;
}

}  // namespace

GrantedPermissions granted_permissions(const manifest::Manifest& manifest,
                                       const std::vector<connector::Token>& tokens,
                                       const std::vector<std::string>& proved) {
  GrantedPermissions result;
  std::vector<std::string> scopes;
  for (const auto& token : tokens) {
    result.known = result.known || token.scopes_known;
    std::istringstream words(token.scopes);
    for (std::string scope; words >> scope;) scopes.push_back(scope);
  }
  for_each_box(manifest, [&](const PermissionRef& ref, const manifest::PermissionSide& side) {
    const auto name = ref.to_string();
    const auto state = manifest::granted(side, scopes);
    if (contains(proved, name) || state == Granted::kYes) {
      result.granted.push_back(name);
    } else if (result.known && state == Granted::kNo) {
      result.denied.push_back(name);
    }
  });
  return result;
}

std::string to_json(const GrantedPermissions& permissions) {
  json::Writer out;
  out.begin_object().key("granted").begin_array();
  for (const auto& name : permissions.granted) out.string(name);
  out.end_array().key("denied").begin_array();
  for (const auto& name : permissions.denied) out.string(name);
  return out.end_array().end_object().take();
}

GrantedPermissions granted_from_json(std::string_view json, bool known) {
  const auto document = json::Document::parse(json);
  if (!document) return {};
  return {strings_of(document->root().get("granted")), strings_of(document->root().get("denied")),
          known};
}

std::vector<PermissionLine> permission_report(const manifest::Manifest& manifest,
                                              const std::vector<std::string>& action_ids,
                                              const GrantedPermissions& granted) {
  const auto needed = manifest.needed_permissions(action_ids);
  std::vector<PermissionLine> lines;
  for_each_box(manifest, [&](const PermissionRef& ref, const manifest::PermissionSide& side) {
    PermissionLine line{ref, Granted::kUnknown, false, side.required};
    line.needed = std::find(needed.begin(), needed.end(), ref) != needed.end();
    if (contains(granted.granted, ref.to_string())) line.granted = Granted::kYes;
    if (contains(granted.denied, ref.to_string())) line.granted = Granted::kNo;
    lines.push_back(line);
  });
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
  for (const auto& id : strings_of(document->root()))
    if (manifest.find_action(id) != nullptr) ids.push_back(id);
  return ids;
}

}  // namespace patchbay::accounts
