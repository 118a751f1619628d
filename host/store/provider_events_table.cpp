#include "store/provider_events_table.h"

#include <algorithm>

#include "store/row_helpers.h"
#include "store/sealed_columns.h"

namespace patchbay::store::provider_events_table {
namespace {

const std::string kSelect =
    "SELECT seq, id, project_id, account_id, identity, type, received, event_seq, sealed "
    "FROM provider_events ";

ProviderEvent from(const Row& row) {
  return {row.integer(0), row.text(1),    row.text(2),    row.text(3), row.text(4),
          row.text(5),    row.integer(6), row.integer(7), row.text(8)};
}

}  // namespace

Result<std::optional<std::int64_t>> insert(Database& db, const ProviderEvent& event) {
  return first_row(
      db.query(
          "INSERT INTO provider_events (id, project_id, account_id, identity, type, received, "
          "event_seq, sealed, data_key_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (account_id, identity) DO NOTHING RETURNING seq",
          {event.id, event.project_id, event.account_id, event.identity, event.type, event.received,
           event.event_seq, BlobView{event.sealed}, data_key_of(event.sealed)}),
      [](const Row& row) { return row.integer(0); });
}

Result<void> set_event_seq(Database& db, std::int64_t seq, std::int64_t event_seq) {
  return require_changed(
      db.execute("UPDATE provider_events SET event_seq = ? WHERE seq = ?", {event_seq, seq}),
      "event of a provider");
}

Result<std::vector<ProviderEvent>> take_untold(Database& db, std::string_view account_id,
                                               std::int64_t most) {
  PATCHBAY_TRY_ASSIGN(auto untold,
                      all_rows(db.query(kSelect + "WHERE account_id = ? AND event_seq = 0 "
                                                  "ORDER BY seq DESC LIMIT ?",
                                        {account_id, most}),
                               from));
  std::ranges::reverse(untold);
  if (!untold.empty())
    PATCHBAY_TRY(
        db.execute("UPDATE provider_events SET event_seq = -1 WHERE account_id = ? AND "
                   "event_seq = 0 AND seq < ?",
                   {account_id, untold.front().seq}));
  return untold;
}

Result<std::vector<ProviderEvent>> list(Database& db, std::string_view project_id,
                                        std::string_view account_id, std::int64_t after_seq,
                                        std::int64_t limit) {
  return all_rows(db.query(kSelect + "WHERE project_id = ? AND account_id = ? AND seq > ? "
                                     "ORDER BY seq LIMIT ?",
                           {project_id, account_id, after_seq, limit}),
                  from);
}

Result<std::optional<ProviderEvent>> find_by_event(Database& db, std::int64_t event_seq) {
  return first_row(db.query(kSelect + "WHERE event_seq = ?", {event_seq}), from);
}

Result<void> trim(Database& db, std::string_view account_id, std::int64_t most) {
  PATCHBAY_TRY(
      db.execute("DELETE FROM provider_events WHERE account_id = ? AND seq <= "
                 "(SELECT seq FROM provider_events WHERE account_id = ? ORDER BY seq DESC "
                 "LIMIT 1 OFFSET ?)",
                 {account_id, account_id, most}));
  return {};
}

Result<std::int64_t> prune(Database& db, std::int64_t received_before_ms) {
  // The kind is written out, as the index over these events needs it.
  PATCHBAY_TRY(
      db.execute("DELETE FROM events WHERE kind = 'account.provider_event' AND created < ? AND NOT "
                 "EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.event_seq = events.seq)",
                 {received_before_ms}));
  return db.execute("DELETE FROM provider_events WHERE received < ?", {received_before_ms});
}

}  // namespace patchbay::store::provider_events_table
