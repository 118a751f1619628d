#pragma once
// What makes a backup fit to be the hub's database again. A backup is old: tokens were refreshed,
// accounts unlinked, keys withdrawn since. What was taken away must not come back.
#include <cstdint>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

// What the replaced database still knew and the backup did not.
struct CarriedOver {
  std::int64_t unlinked = 0;             // accounts
  std::int64_t suspended = 0;            // accounts
  std::int64_t withdrawn_keys = 0;       // API keys
  std::int64_t withdrawn_approvals = 0;  // connector files
  std::int64_t revocations = 0;          // still to be told to providers
};

// In one transaction of `restored`, which has the newest schema: a new epoch; every account's
// credentials marked as restored; operator sessions, sign-in links and open connect sessions ended.
Result<> mark_restored(Database& restored, std::int64_t now_ms);

// In the same transaction. `replaced` is of the same installation, has the newest schema too, and
// is only read. Goes by what it says was taken away, never by what it lacks: it may itself be older
// than the backup.
Result<CarriedOver> carry_over(Database& replaced, Database& restored, std::int64_t now_ms);

// Whether both come from one installation: a project of one is in the other.
Result<bool> same_installation(Database& one, Database& other);

}  // namespace patchbay::store
