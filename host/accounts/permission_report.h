#pragma once
// What a product needs against what a token may do. The manifest says which provider scopes prove a
// permission; connectors may have proved some by trying.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/flow_types.h"
#include "manifest/manifest.h"

namespace patchbay::accounts {

struct PermissionLine {
  manifest::PermissionRef permission;  // one box: "employees:read"
  manifest::Granted granted = manifest::Granted::kUnknown;
  bool needed = false;    // by the actions allowed, or by the manifest
  bool required = false;  // connecting fails without it
};

struct GrantedPermissions {
  std::vector<std::string> granted;  // "employees:read", in the manifest's order
  std::vector<std::string> denied;
  bool known = false;  // false: the provider told no scopes, so `denied` means nothing
  // Scopes of the tokens that prove none of the manifest's permissions: new ones, or names that the
  // manifest has wrong. At most kMostOtherScopes of them.
  std::vector<std::string> other_scopes;
};

inline constexpr std::size_t kMostOtherScopes = 64;

// The scopes that prove a permission, where an operator knows better than the manifest: by
// connector id and permission ("employees:read"). Read-only once it is in use.
struct ScopeNames {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> by_permission;
};

// From the tokens' scopes and what the connector proved. `names` null: the manifest's alone.
GrantedPermissions granted_permissions(const manifest::Manifest& manifest,
                                       const std::vector<connector::Token>& tokens,
                                       const std::vector<std::string>& proved,
                                       const ScopeNames* names = nullptr);

// JSON as accounts.granted stores it: {"granted":[...],"denied":[...],"other_scopes":[...]}, and
// back.
std::string to_json(const GrantedPermissions& permissions);
GrantedPermissions granted_from_json(std::string_view json, bool known);

// One line for every box the provider offers, in the manifest's order.
std::vector<PermissionLine> permission_report(const manifest::Manifest& manifest,
                                              const std::vector<std::string>& action_ids,
                                              const GrantedPermissions& granted);

// In an integration's list of allowed actions, beside action ids: requests that are no action
// (actions/raw_policy.h).
inline constexpr std::string_view kRawReads = "raw_reads";
inline constexpr std::string_view kRawWrites = "raw_writes";

// The actions an integration allows: its list, or all read-only ones when it has none.
std::vector<std::string> allowed_actions(const manifest::Manifest& manifest,
                                         const std::optional<std::string>& allowed_json);

}  // namespace patchbay::accounts
