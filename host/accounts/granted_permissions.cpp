#include "accounts/granted_permissions.h"

#include <algorithm>
#include <sstream>

#include "base/json.h"
#include "base/json_texts.h"

namespace patchbay::accounts {
namespace {

using manifest::Granted;

constexpr std::size_t kLongestScope = 200;

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
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
  for (const auto& ref : manifest.all_permissions()) {
    const auto name = ref.to_string();
    const auto side =
        side_in_force(manifest, name, manifest.find_permission(ref.id)->side(ref.access), names);
    meant.insert(meant.end(), side.scopes.begin(), side.scopes.end());
    const auto state = manifest::granted(side, scopes);
    if (contains(proved, name)) result.proved.push_back(name);
    if (contains(proved, name) || state == Granted::kYes) {
      result.granted.push_back(name);
    } else if (result.known && state == Granted::kNo) {
      result.denied.push_back(name);
    }
  }
  for (const auto& scope : scopes)
    if (!contains(meant, scope) && !contains(result.other_scopes, scope) &&
        result.other_scopes.size() < kMostOtherScopes)
      result.other_scopes.push_back(scope.substr(0, kLongestScope));
  return result;
}

Granted GrantedPermissions::state(std::string_view permission) const {
  if (contains(denied, permission)) return Granted::kNo;
  return contains(granted, permission) ? Granted::kYes : Granted::kUnknown;
}

FoundBy GrantedPermissions::found_by(std::string_view permission) const {
  if (state(permission) == Granted::kUnknown) return FoundBy::kNothing;
  if (probed.contains(std::string(permission))) return FoundBy::kProbe;
  return contains(proved, permission) ? FoundBy::kConnector : FoundBy::kScope;
}

std::int64_t GrantedPermissions::found_at(std::string_view permission) const {
  if (state(permission) == Granted::kUnknown) return 0;
  const auto probe = probed.find(std::string(permission));
  return probe == probed.end() ? connected : probe->second;
}

void GrantedPermissions::set_probed(const std::string& permission, Granted state,
                                    std::int64_t now_ms) {
  if (state == Granted::kUnknown) return;
  std::erase(granted, permission);
  std::erase(denied, permission);
  (state == Granted::kYes ? granted : denied).push_back(permission);
  probed[permission] = now_ms;
}

std::string to_json(const GrantedPermissions& permissions) {
  json::Writer out;
  out.begin_object();
  write_list(out, "granted", permissions.granted);
  write_list(out, "denied", permissions.denied);
  write_list(out, "other_scopes", permissions.other_scopes);
  write_list(out, "proved", permissions.proved);
  out.member("connected", permissions.connected).key("probed").begin_object();
  for (const auto& [permission, at] : permissions.probed) out.member(permission, at);
  out.end_object().member("checked", permissions.checked).key("reach").begin_object();
  for (const auto& [permission, reach] : permissions.reach) {
    out.key(permission).begin_object();
    write_list(out, "names", reach.names);
    out.member("more", reach.more).member("at", reach.at).end_object();
  }
  return out.end_object().end_object().take();
}

std::optional<std::string> missing_permission(const manifest::Manifest& manifest,
                                              const GrantedPermissions& granted) {
  for (const auto& required : manifest.required_permissions()) {
    auto name = required.to_string();
    if (contains(granted.denied, name)) return name;
  }
  return std::nullopt;
}

GrantedPermissions granted_from_json(std::string_view json, bool known) {
  const auto document = json::Document::parse(json);
  if (!document) return {};
  const auto root = document->root();
  GrantedPermissions result{.granted = json::texts_of(root.get("granted")),
                            .denied = json::texts_of(root.get("denied")),
                            .known = known,
                            .other_scopes = json::texts_of(root.get("other_scopes")),
                            .proved = json::texts_of(root.get("proved")),
                            .connected = root.get("connected").integer_or(0),
                            .probed = {},
                            .checked = root.get("checked").integer_or(0),
                            .reach = {}};
  const auto probed = root.get("probed");
  for (std::size_t i = 0; probed.is_object() && i < probed.size(); ++i) {
    const auto [permission, at] = probed.member(i);
    result.probed[std::string(permission)] = at.integer_or(0);
  }
  const auto reach = root.get("reach");
  for (std::size_t i = 0; reach.is_object() && i < reach.size(); ++i) {
    const auto [permission, told] = reach.member(i);
    result.reach[std::string(permission)] = {.names = json::texts_of(told.get("names")),
                                             .more = told.get("more").bool_or(false),
                                             .at = told.get("at").integer_or(0)};
  }
  return result;
}

}  // namespace patchbay::accounts
