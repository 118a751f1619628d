#pragma once
// What a try to renew an account's tokens failed with, as the row of its turn keeps it for whoever
// comes next (store::RefreshLease::last_error): JSON, without secrets. What an older hub left there
// is a message alone. A value.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "connector/flow_types.h"
#include "store/refresh_leases_table.h"

namespace patchbay::accounts {

struct RefreshFailure {
  Error error;             // code, message, permission and what the provider said
  std::int64_t at = 0;     // unix ms; 0: unknown, as below
  std::int64_t since = 0;  // of the first in a row that failed
  std::int64_t tries = 1;  // in a row
};

// One more after `before`, of the same credentials. What was said is freed of the secrets that the
// connector was given.
RefreshFailure next_failure(const std::optional<RefreshFailure>& before, const Error& error,
                            const connector::FlowInput& given, std::int64_t now_ms);

std::string to_stored(const RefreshFailure& failure);
// Nothing when the last try with these credentials did not fail.
std::optional<RefreshFailure> failure_of(const std::optional<store::RefreshLease>& lease,
                                         std::int64_t generation);

}  // namespace patchbay::accounts
