#pragma once
// What providers told about accounts by themselves: each event once, its payload sealed. A row is
// written in one transaction with the event (events_table.h) that tells webhook endpoints of it.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

inline constexpr std::string_view kProviderEventsTable = "provider_events";

struct ProviderEvent {
  std::int64_t seq = 0;  // given by the table
  std::string id;
  std::string project_id;
  std::string account_id;
  std::string identity;        // the same for the same event of an account
  std::string type;            // the provider's word; empty: it gave none
  std::int64_t received = 0;   // unix ms
  std::int64_t event_seq = 0;  // of the event that tells of it; 0: not yet; -1: none ever will
  std::string sealed;          // place: kProviderEventsTable, project, id, "payload", 0
};

namespace provider_events_table {

// Nothing when the account has one of that identity, else its number.
Result<std::optional<std::int64_t>> insert(Database& db, const ProviderEvent& event);
Result<void> set_event_seq(Database& db, std::int64_t seq, std::int64_t event_seq);
// The newest `most` that no event tells of yet, oldest first; of those before them none ever will.
Result<std::vector<ProviderEvent>> take_untold(Database& db, std::string_view account_id,
                                               std::int64_t most);
// Behind `after_seq`, oldest first.
Result<std::vector<ProviderEvent>> list(Database& db, std::string_view project_id,
                                        std::string_view account_id, std::int64_t after_seq,
                                        std::int64_t limit);
Result<std::optional<ProviderEvent>> find_by_event(Database& db, std::int64_t event_seq);
// All of the account but the newest `most`.
Result<void> trim(Database& db, std::string_view account_id, std::int64_t most);
// Those that came before then, and the events that told of them unless an endpoint's log has them.
Result<std::int64_t> prune(Database& db, std::int64_t received_before_ms);

}  // namespace provider_events_table
}  // namespace patchbay::store
