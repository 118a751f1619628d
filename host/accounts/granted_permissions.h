#pragma once
// Which permissions an account has, and how that was found: by the scopes of its tokens (the
// manifest says which prove what), by the connector, which may have tried, or by a probe after
// connecting (permission_checker.h). Values without threads.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/flow_types.h"
#include "manifest/manifest.h"

namespace patchbay::accounts {

enum class FoundBy : std::uint8_t { kNothing, kScope, kConnector, kProbe };

// What a permission lets somebody see, by name, as the provider told it.
struct Reach {
  static constexpr std::size_t kMostNames = 100;
  static constexpr std::size_t kLongestName = 80;  // bytes; longer ones are cut
  std::vector<std::string> names;
  bool more = false;    // than are named
  std::int64_t at = 0;  // unix ms, when it was told
};

struct GrantedPermissions {
  std::vector<std::string> granted;  // "employees:read"
  std::vector<std::string> denied;
  bool known = false;  // false: the provider told no scopes, so only a probe denies
  // Scopes of the tokens that prove none of the manifest's permissions: new ones, or names that the
  // manifest has wrong. At most kMostOtherScopes of them.
  std::vector<std::string> other_scopes;
  std::vector<std::string> proved;  // those of `granted` that the connector proved
  std::int64_t connected = 0;  // unix ms, when scopes and proofs were told; 0: before that was kept
  std::map<std::string, std::int64_t> probed;  // granted or denied by a probe, and when: unix ms
  std::int64_t checked = 0;  // unix ms, when all that scopes left open was asked; 0: never

  std::map<std::string, Reach> reach;  // of permissions whose probe tells (manifest/permission.h)

  [[nodiscard]] manifest::Granted state(std::string_view permission) const;
  [[nodiscard]] FoundBy found_by(std::string_view permission) const;
  [[nodiscard]] std::int64_t found_at(std::string_view permission) const;  // unix ms; 0: unknown
  // A probe's finding takes an earlier one's place. kUnknown changes nothing.
  void set_probed(const std::string& permission, manifest::Granted state, std::int64_t now_ms);
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

// The first of the manifest's required boxes that the provider says was not granted.
std::optional<std::string> missing_permission(const manifest::Manifest& manifest,
                                              const GrantedPermissions& granted);

// As accounts.granted stores it, and back. What is damaged counts as nothing.
std::string to_json(const GrantedPermissions& permissions);
GrantedPermissions granted_from_json(std::string_view json, bool known);

}  // namespace patchbay::accounts
