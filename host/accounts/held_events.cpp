#include "accounts/held_events.h"

#include "accounts/account_events.h"
#include "store/events_table.h"

namespace patchbay::accounts {

namespace table = store::provider_events_table;

Result<> tell_of(store::Database& db, const store::Account& account,
                 const store::ProviderEvent& event, std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(
      const auto event_seq,
      store::events_table::append(
          db, account_event(account, store::kProviderEventKind, now_ms,
                            {{"provider_event_id", event.id}, {"provider_event", event.type}})));
  return table::set_event_seq(db, event.seq, event_seq);
}

Result<> tell_of_held_events(store::Database& db, const store::Account& account,
                             std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(const auto held, table::take_untold(db, account.id, kMostHeldTold));
  for (const auto& event : held) PATCHBAY_TRY(tell_of(db, account, event, now_ms));
  return {};
}

}  // namespace patchbay::accounts
