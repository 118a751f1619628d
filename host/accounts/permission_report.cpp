#include "accounts/permission_report.h"

#include <algorithm>
#include <sstream>

#include "base/json.h"

namespace patchbay::accounts {
namespace {

using manifest::Access;
using manifest::Granted;
using manifest::PermissionRef;

constexpr std::size_t kLongestScope = 200;

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
  out.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) out.push_back(array.at(i).string_or(""));
  return out;
}

std::vector<std::string> scopes_of(const std::vector<connector::Token>& tokens) {
  std::vector<std::string> scopes;
  for (const auto& token : tokens) {
    std::istringstream words(token.scopes);
    for (std::string scope; words >> scope;) scopes.push_back(scope);
  }
  return scopes;
}

// What the operator says is certain.
manifest::PermissionSide side_in_force(const manifest::Manifest& manifest, const std::string& name,
                                       const manifest::PermissionSide& side,
                                       const ScopeNames* names) {
  if (names == nullptr) return side;
  const auto found = names->by_permission.find({manifest.id, name});
  if (found == names->by_permission.end()) return side;
  manifest::PermissionSide changed = side;
  changed.scopes = found->second;
  changed.confirmed = true;
  return changed;
}

void write_list(json::Writer& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name).begin_array();
  for (const auto& text : texts) out.string(text);
  out.end_array();
}

}  // namespace

GrantedPermissions granted_permissions(const manifest::Manifest& manifest,
                                       const std::vector<connector::Token>& tokens,
                                       const std::vector<std::string>& proved,
                                       const ScopeNames* names) {
  GrantedPermissions result;
  result.known = std::ranges::any_of(tokens, &connector::Token::scopes_known);
  const auto scopes = scopes_of(tokens);
  std::vector<std::string> meant;
  for_each_box(manifest, [&](const PermissionRef& ref, const manifest::PermissionSide& offered) {
    const auto name = ref.to_string();
    const auto side = side_in_force(manifest, name, offered, names);
    meant.insert(meant.end(), side.scopes.begin(), side.scopes.end());
    const auto state = manifest::granted(side, scopes);
    if (contains(proved, name) || state == Granted::kYes) {
      result.granted.push_back(name);
    } else if (result.known && state == Granted::kNo) {
      result.denied.push_back(name);
    }
  });
  for (const auto& scope : scopes)
    if (!contains(meant, scope) && !contains(result.other_scopes, scope) &&
        result.other_scopes.size() < kMostOtherScopes)
      result.other_scopes.push_back(scope.substr(0, kLongestScope));
  return result;
}

std::string to_json(const GrantedPermissions& permissions) {
  json::Writer out;
  out.begin_object();
  write_list(out, "granted", permissions.granted);
  write_list(out, "denied", permissions.denied);
  write_list(out, "other_scopes", permissions.other_scopes);
  return out.end_object().take();
}

GrantedPermissions granted_from_json(std::string_view json, bool known) {
  const auto document = json::Document::parse(json);
  if (!document) return {};
  const auto root = document->root();
  return {strings_of(root.get("granted")), strings_of(root.get("denied")), known,
          strings_of(root.get("other_scopes"))};
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
