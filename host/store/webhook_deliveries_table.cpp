#include "store/webhook_deliveries_table.h"

#include <limits>

#include "store/row_helpers.h"

namespace patchbay::store::webhook_deliveries_table {
namespace {

const std::string kInsert =
    "INSERT INTO webhook_deliveries (endpoint_id, event_seq, queued, state, attempts, finished, "
    "last_status, last_error) ";
const std::string kSelect =
    "SELECT e.seq, e.project_id, e.kind, e.account_id, e.payload, e.created, d.queued, d.state, "
    "d.attempts, d.finished, d.last_status, d.last_error FROM webhook_deliveries d JOIN events e "
    "ON e.seq = "
    "d.event_seq ";

WebhookDelivery from(const Row& row) {
  WebhookDelivery out;
  out.event = {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)};
  out.queued = row.integer(6);
  out.state = static_cast<DeliveryState>(row.integer(7));
  out.attempts = row.integer(8);
  out.finished = row.integer(9);
  out.last_status = row.integer(10);
  out.last_error = row.text(11);
  return out;
}

}  // namespace

Result<void> enqueue_for_all(Database& db, const Event& event) {
  // `events` holds kinds as JSON texts, so a quoted one is found whole; kinds hold no wildcard.
  PATCHBAY_TRY(db.execute(
      kInsert + "SELECT id, ?, ?, 0, 0, 0, 0, '' FROM webhook_endpoints WHERE project_id = ? AND "
                "active = 1 AND (events = '[]' OR events LIKE ?)",
      {event.seq, event.created, event.project_id, "%\"" + event.kind + "\"%"}));
  return {};
}

Result<void> enqueue(Database& db, std::string_view endpoint_id, const Event& event) {
  PATCHBAY_TRY(db.execute(kInsert + "VALUES (?, ?, ?, 0, 0, 0, 0, '')",
                          {endpoint_id, event.seq, event.created}));
  return {};
}

Result<std::optional<WebhookDelivery>> next(Database& db, std::string_view endpoint_id) {
  return first_row(db.query(kSelect + "WHERE d.endpoint_id = ? AND d.state = 0 ORDER BY "
                                      "d.event_seq LIMIT 1",
                            {endpoint_id}),
                   from);
}

Result<void> record(Database& db, std::string_view endpoint_id, const WebhookDelivery& d) {
  PATCHBAY_TRY(
      db.execute("UPDATE webhook_deliveries SET state = ?, attempts = attempts + 1, finished = ?, "
                 "last_status = ?, last_error = ? WHERE endpoint_id = ? AND event_seq = ?",
                 {static_cast<std::int64_t>(d.state), d.finished, d.last_status, d.last_error,
                  endpoint_id, d.event.seq}));
  return {};
}

Result<std::vector<WebhookDelivery>> list(Database& db, std::string_view endpoint_id,
                                          std::int64_t before_seq, std::int64_t limit) {
  const auto before = before_seq > 0 ? before_seq : std::numeric_limits<std::int64_t>::max();
  return all_rows(db.query(kSelect + "WHERE d.endpoint_id = ? AND d.event_seq < ? ORDER BY "
                                     "d.event_seq DESC LIMIT ?",
                           {endpoint_id, before, limit}),
                  from);
}

Result<void> give_up(Database& db, std::string_view endpoint_id, std::int64_t queued_before_ms,
                     std::int64_t now_ms) {
  PATCHBAY_TRY(
      db.execute("UPDATE webhook_deliveries SET state = 2, finished = ? WHERE "
                 "endpoint_id = ? AND state = 0 AND queued < ?",
                 {now_ms, endpoint_id, queued_before_ms}));
  return {};
}

Result<bool> replay(Database& db, std::string_view endpoint_id, std::int64_t event_seq,
                    std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(const auto changed,
                      db.execute("UPDATE webhook_deliveries SET state = 0, finished = 0, "
                                 "queued = ? WHERE endpoint_id = ? AND event_seq = ?",
                                 {now_ms, endpoint_id, event_seq}));
  return changed == 1;
}

Result<std::int64_t> replay_given_up(Database& db, std::string_view endpoint_id,
                                     std::int64_t since_ms, std::int64_t now_ms) {
  return db.execute(
      "UPDATE webhook_deliveries SET state = 0, finished = 0, queued = ? WHERE endpoint_id = ? "
      "AND state = 2 AND finished >= ?",
      {now_ms, endpoint_id, since_ms});
}

Result<void> prune(Database& db, std::int64_t before_ms) {
  PATCHBAY_TRY(
      db.execute("DELETE FROM webhook_deliveries WHERE state <> 0 AND finished < ?", {before_ms}));
  return {};
}

}  // namespace patchbay::store::webhook_deliveries_table
