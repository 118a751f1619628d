#pragma once
// What an operator knows better about providers than their manifests, from the JSON file that
// `serve --provider-settings` names:
//
//   {"acme": {"rate_limits": {"token": {"counts": "address", "requests": 100, "per_s": 60}},
//             "scopes": {"people:read": ["acme:people"]}}}
//
// by connector, then by the rate limit's id in its manifest. `counts`: credential, account or
// address; `requests`, `per_s`, `burst`, `cool_down_s`: numbers. What is left out stays as it is.
// `scopes`: those that prove a permission, each of them, in place of the manifest's.
#include <string>

#include "accounts/permission_report.h"
#include "base/result.h"
#include "pacing/limit_changes.h"

namespace patchbay::cli {

struct ProviderSettings {
  pacing::LimitChanges limits;
  accounts::ScopeNames scopes;
};

// A member that is unknown or out of range is an error that names its place: a mistyped one would
// do nothing, unseen. Ids of connectors and limits are not looked up.
Result<ProviderSettings> parse_provider_settings(std::string_view json);
Result<ProviderSettings> read_provider_settings(const std::string& path);

}  // namespace patchbay::cli
