#pragma once
// Which events still have to be sent to which webhook endpoint, and what became of the others. A
// row is written in the transaction of its event; an endpoint's rows are worked off in the order of
// the events.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "store/events_table.h"

namespace patchbay::store {

enum class DeliveryState : std::uint8_t { kWaiting = 0, kDelivered = 1, kGivenUp = 2 };

struct WebhookDelivery {
  Event event;
  std::int64_t queued = 0;  // unix ms
  DeliveryState state = DeliveryState::kWaiting;
  std::int64_t attempts = 0;
  std::int64_t finished = 0;     // unix ms; 0 while it waits
  std::int64_t last_status = 0;  // HTTP; 0: there was no answer, or no attempt
  std::string last_error;
};

namespace webhook_deliveries_table {

// For every active endpoint of the event's project that wants its kind.
Result<void> enqueue_for_all(Database& db, const Event& event);
Result<void> enqueue(Database& db, std::string_view endpoint_id, const Event& event);
// The first that waits.
Result<std::optional<WebhookDelivery>> next(Database& db, std::string_view endpoint_id);
// What came of an attempt: state, finished, last_*; counts it.
Result<void> record(Database& db, std::string_view endpoint_id, const WebhookDelivery& delivery);
// Newest first, with a number below `before_seq` (0: all).
Result<std::vector<WebhookDelivery>> list(Database& db, std::string_view endpoint_id,
                                          std::int64_t before_seq, std::int64_t limit);
// All that wait and were queued before then.
Result<void> give_up(Database& db, std::string_view endpoint_id, std::int64_t queued_before_ms,
                     std::int64_t now_ms);
// Once more, in its old place. False: there is no such delivery.
Result<bool> replay(Database& db, std::string_view endpoint_id, std::int64_t event_seq,
                    std::int64_t now_ms);
// All that were given up since then; how many.
Result<std::int64_t> replay_given_up(Database& db, std::string_view endpoint_id,
                                     std::int64_t since_ms, std::int64_t now_ms);
// Those that ended before then.
Result<void> prune(Database& db, std::int64_t before_ms);

}  // namespace webhook_deliveries_table
}  // namespace patchbay::store
