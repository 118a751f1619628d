#include "store/queue_sizes.h"

#include "store/row_helpers.h"
#include "store/webhook_deliveries_table.h"

namespace patchbay::store {
namespace {

QueueSizes::Queue queue_of(const Row& row) {
  return {row.text(0), row.integer(1), integer_or_0(row, 2)};
}

}  // namespace

Result<QueueSizes> read_queue_sizes(Database& db, std::int64_t now_ms) {
  QueueSizes out;
  PATCHBAY_TRY_ASSIGN(
      out.accounts,
      all_rows(
          db.query("SELECT connector_id, status, count(*) FROM accounts GROUP BY connector_id, "
                   "status ORDER BY connector_id, status LIMIT ?",
                   {kMostQueueRows}),
          [](const Row& row) {
            return QueueSizes::Accounts{row.text(0), row.text(1), row.integer(2)};
          }));
  PATCHBAY_TRY_ASSIGN(
      out.refreshes,
      all_rows(
          db.query("SELECT connector_id, count(*), min(next_refresh) FROM accounts WHERE status "
                   "= 'active' AND next_refresh > 0 AND next_refresh < ? GROUP BY connector_id "
                   "ORDER BY connector_id LIMIT ?",
                   {now_ms, kMostQueueRows}),
          queue_of));
  PATCHBAY_TRY_ASSIGN(
      out.revocations,
      all_rows(db.query("SELECT connector_id, count(*), min(created) FROM revocations GROUP BY "
                        "connector_id ORDER BY connector_id LIMIT ?",
                        {kMostQueueRows}),
               queue_of));
  PATCHBAY_TRY_ASSIGN(
      const auto deliveries,
      all_rows(db.query("SELECT '', count(*), min(queued) FROM webhook_deliveries WHERE state = ?",
                        {static_cast<std::int64_t>(DeliveryState::kWaiting)}),
               queue_of));
  out.deliveries = deliveries.front();
  return out;
}

}  // namespace patchbay::store
