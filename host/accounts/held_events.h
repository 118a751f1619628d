#pragma once
// Events that a provider sent while their account was suspended: they were kept, and webhook
// endpoints are told of them when the account is resumed, not before.
#include <cstdint>

#include "store/accounts_table.h"
#include "store/database.h"

namespace patchbay::accounts {

// So many are told of, the newest; those before them can only be listed.
inline constexpr std::int64_t kMostHeldTold = 1'000;

// In the transaction that resumed the account, after the event that says so.
Result<> tell_of_held_events(store::Database& db, const store::Account& account,
                             std::int64_t now_ms);

}  // namespace patchbay::accounts
