#include "store/events_table.h"

#include "store/row_helpers.h"
#include "store/webhook_deliveries_table.h"

namespace patchbay::store::events_table {
namespace {

const std::string kSelect =
    "SELECT seq, project_id, kind, account_id, payload, created FROM events ";

Event from(const Row& row) {
  return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)};
}

}  // namespace

Result<std::int64_t> append(Database& db, const Event& event) {
  Event numbered = event;
  PATCHBAY_TRY_ASSIGN(numbered.seq, append_for_nobody(db, event));
  PATCHBAY_TRY(webhook_deliveries_table::enqueue_for_all(db, numbered));
  return numbered.seq;
}

Result<std::int64_t> append_for_nobody(Database& db, const Event& event) {
  return single_integer(
      db.query("INSERT INTO events (project_id, kind, account_id, payload, created) "
               "VALUES (?, ?, ?, ?, ?) RETURNING seq",
               {event.project_id, event.kind, event.account_id, event.payload, event.created}));
}

Result<std::vector<Event>> list_after(Database& db, std::string_view project_id, std::int64_t seq,
                                      std::int64_t limit) {
  return all_rows(db.query(kSelect + "WHERE project_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                           {project_id, seq, limit}),
                  from);
}

Result<std::vector<Event>> list_of_account(Database& db, std::string_view project_id,
                                           std::string_view account_id, std::int64_t limit) {
  return all_rows(db.query(kSelect + "WHERE project_id = ? AND account_id = ? AND kind <> ? "
                                     "ORDER BY seq DESC LIMIT ?",
                           {project_id, account_id, kProviderEventKind, limit}),
                  from);
}

}  // namespace patchbay::store::events_table
