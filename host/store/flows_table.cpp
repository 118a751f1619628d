#include "store/flows_table.h"

#include "store/row_helpers.h"
#include "store/sealed_columns.h"

namespace patchbay::store::flows_table {
namespace {

const std::string kSelect =
    "SELECT id, project_id, kind, session_id, account_id, connector_id, state, sealed, created, "
    "updated FROM flows ";

Flow from(const Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3),    row.text(4),
          row.text(5), row.text(6), row.text(7), row.integer(8), row.integer(9)};
}

}  // namespace

Result<void> insert(Database& db, const Flow& f) {
  PATCHBAY_TRY(db.execute(
      "INSERT INTO flows (id, project_id, kind, session_id, account_id, connector_id, state, "
      "sealed, data_key_id, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {f.id, f.project_id, f.kind, f.session_id, f.account_id, f.connector_id, f.state,
       BlobView{f.sealed}, data_key_of(f.sealed), f.created, f.updated}));
  return {};
}

Result<std::optional<Flow>> find(Database& db, std::string_view id) {
  return first_row(db.query(kSelect + "WHERE id = ?", {id}), from);
}

Result<std::vector<Flow>> list(Database& db) {
  return all_rows(db.query(kSelect + "ORDER BY created, id"), from);
}

Result<std::vector<Flow>> untouched_since(Database& db, std::int64_t updated_ms) {
  return all_rows(db.query(kSelect + "WHERE updated <= ? ORDER BY created, id", {updated_ms}),
                  from);
}

Result<void> update(Database& db, std::string_view id, std::string_view state,
                    std::string_view sealed, std::int64_t now_ms) {
  return require_changed(
      db.execute(
          "UPDATE flows SET state = ?, sealed = ?, data_key_id = ?, updated = ? WHERE id = ?",
          {state, BlobView{sealed}, data_key_of(sealed), now_ms, id}),
      "flow");
}

Result<std::vector<Flow>> of_session(Database& db, std::string_view session_id) {
  return all_rows(
      db.query(kSelect + "WHERE session_id = ? ORDER BY created DESC, id", {session_id}), from);
}

Result<bool> change_state(Database& db, std::string_view id, std::string_view from,
                          std::string_view to, std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(
      const auto changed,
      db.execute("UPDATE flows SET state = ?, updated = ? WHERE id = ? AND state = ?",
                 {to, now_ms, id, from}));
  return changed == 1;
}

Result<bool> take(Database& db, std::string_view id) {
  PATCHBAY_TRY_ASSIGN(const auto removed, db.execute("DELETE FROM flows WHERE id = ?", {id}));
  return removed == 1;
}

Result<bool> take_unchanged(Database& db, const Flow& seen) {
  PATCHBAY_TRY_ASSIGN(const auto removed,
                      db.execute("DELETE FROM flows WHERE id = ? AND state = ? AND updated = ?",
                                 {seen.id, seen.state, seen.updated}));
  return removed == 1;
}

Result<std::int64_t> remove_of_account(Database& db, std::string_view account_id,
                                       std::string_view kind) {
  return db.execute("DELETE FROM flows WHERE account_id = ? AND kind = ?", {account_id, kind});
}

Result<void> remove(Database& db, std::string_view id) {
  PATCHBAY_TRY(db.execute("DELETE FROM flows WHERE id = ?", {id}));
  return {};
}

}  // namespace patchbay::store::flows_table
