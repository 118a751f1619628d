#pragma once
// Telling webhook endpoints of an event that a provider sent. While its account is suspended it is
// kept, and told of when the account is resumed, not before.
#include <cstdint>

#include "store/accounts_table.h"
#include "store/database.h"
#include "store/provider_events_table.h"

namespace patchbay::accounts {

// `event` has its number. In the transaction that keeps it, or resumes the account.
Result<> tell_of(store::Database& db, const store::Account& account,
                 const store::ProviderEvent& event, std::int64_t now_ms);

// So many are told of, the newest; those before them can only be listed.
inline constexpr std::int64_t kMostHeldTold = 1'000;

// In the transaction that resumed the account, after the event that says so.
Result<> tell_of_held_events(store::Database& db, const store::Account& account,
                             std::int64_t now_ms);

}  // namespace patchbay::accounts
