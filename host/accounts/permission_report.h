#pragma once
// What a product needs against what an account may do.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/granted_permissions.h"
#include "manifest/manifest.h"

namespace patchbay::accounts {

struct PermissionLine {
  manifest::PermissionRef permission;  // one box: "employees:read"
  manifest::Granted granted = manifest::Granted::kUnknown;
  bool needed = false;    // by the actions allowed, or by the manifest
  bool required = false;  // connecting fails without it
  FoundBy found_by = FoundBy::kNothing;
  std::int64_t found_at = 0;  // unix ms; 0: unknown
  std::optional<Reach> reach{};
};

// "scope", "connector", "probe"; "" for nothing. Part of the HTTP API.
std::string_view to_word(FoundBy found_by);

// One line for every box the provider offers, in the manifest's order.
std::vector<PermissionLine> permission_report(const manifest::Manifest& manifest,
                                              const std::vector<std::string>& action_ids,
                                              const GrantedPermissions& granted);

// So many actions a manifest may have (manifests/manifest.schema.json).
inline constexpr std::size_t kMostActions = 1'000;

// In an integration's list of allowed actions, beside action ids: requests that are no action
// (actions/raw_policy.h).
inline constexpr std::string_view kRawReads = "raw_reads";
inline constexpr std::string_view kRawWrites = "raw_writes";

// The actions an integration allows: its list, or all read-only ones when it has none.
std::vector<std::string> allowed_actions(const manifest::Manifest& manifest,
                                         const std::optional<std::string>& allowed_json);

}  // namespace patchbay::accounts
