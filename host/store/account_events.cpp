#include "store/account_events.h"

#include <string>

#include "store/events_table.h"

namespace patchbay::store::account_events {

Result<Pruned> prune(Database& db, std::int64_t created_before_ms, std::int64_t after_seq,
                     std::int64_t most) {
  PATCHBAY_TRY_ASSIGN(const auto rows,
                      db.query("SELECT seq, created FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
                               {after_seq, most}));
  std::int64_t last = after_seq;
  bool is_at_younger = static_cast<std::int64_t>(rows.size()) < most;
  for (const auto& row : rows) {
    if (row.integer(1) >= created_before_ms) {
      is_at_younger = true;
      break;
    }
    last = row.integer(0);
  }
  if (last == after_seq) return Pruned();
  PATCHBAY_TRY(
      db.execute("DELETE FROM webhook_deliveries WHERE state <> 0 AND event_seq IN (SELECT seq "
                 "FROM events WHERE seq > ? AND seq <= ? AND kind <> ?)",
                 {after_seq, last, kProviderEventKind}));
  const std::string these =
      "seq > ? AND seq <= ? AND NOT EXISTS "
      "(SELECT 1 FROM webhook_deliveries d WHERE d.event_seq = events.seq) AND ";
  PATCHBAY_TRY(db.execute("UPDATE events SET payload = '{}' WHERE " + these +
                              "kind = 'account.deleted' AND payload <> '{}'",
                          {after_seq, last}));
  PATCHBAY_TRY_ASSIGN(const auto removed, db.execute("DELETE FROM events WHERE " + these +
                                                         "kind <> 'account.deleted' AND kind <> ?",
                                                     {after_seq, last, kProviderEventKind}));
  return Pruned{removed, is_at_younger ? 0 : last};
}

}  // namespace patchbay::store::account_events
