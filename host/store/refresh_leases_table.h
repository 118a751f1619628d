#pragma once
// Who renews an account's tokens just now: one instance at a time, for one generation of the
// credentials. Each taking has a fencing number of its own that only grows; whoever writes what
// came of it shows that number in the same transaction. An instance that was frozen, and whose
// lease somebody took over, therefore changes nothing any more.
//
// A rotating refresh token is good for one use. `presented` is the intent: how often the one of
// this generation may have reached the provider. It is on disk before the provider is called.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct RefreshLease {
  std::string account_id;
  std::string holder;  // an instance; empty: nobody
  std::int64_t fence = 0;
  std::int64_t generation = 0;  // of the credentials it was taken for, and all below is about
  std::int64_t presented = 0;
  std::int64_t presented_at = 0;  // first time, by shared_time()
  std::int64_t retry_at = 0;      // unix ms: the last try failed, and nobody is to try before
  std::string last_error;         // of that try
};

namespace refresh_leases_table {

Result<std::optional<RefreshLease>> find(Database& db, std::string_view account_id);

// Gives it to `holder`, whoever had it: the caller has looked. What is known of the same generation
// stays. Returns the lease as it is now.
Result<RefreshLease> take(Database& db, std::string_view account_id, std::string_view holder,
                          std::int64_t generation);

// Writes down `presented` and `presented_at` of the lease. kConflict: it is not the holder's under
// this fence any more.
Result<void> present(Database& db, const RefreshLease& lease);
// Frees it; `retry_at` and `last_error` stay for whoever comes next. kConflict as above: put it
// into the transaction that writes what came of the refresh.
Result<void> release(Database& db, const RefreshLease& lease);

// Ends the turn with this fence, if it is not over, whoever has it.
Result<void> end_turn(Database& db, std::string_view account_id, std::int64_t fence);

// Unix milliseconds by one clock for all processes on this database; `own_ms` where they share the
// machine's anyway.
Result<std::int64_t> shared_time(Database& db, std::int64_t own_ms);

}  // namespace refresh_leases_table
}  // namespace patchbay::store
