#include "store/idempotency_table.h"

#include "store/row_helpers.h"
#include "store/sealed_columns.h"

namespace patchbay::store::idempotency_table {
namespace {

IdempotencyRecord from(const Row& row) {
  return {row.text(0), row.text(1), static_cast<IdempotencyState>(row.integer(2)), row.integer(3),
          row.text(4)};
}

}  // namespace

Result<std::optional<IdempotencyRecord>> claim(Database& db, const IdempotencyRecord& record,
                                               std::int64_t valid_since_ms) {
  PATCHBAY_TRY_ASSIGN(
      const auto changed,
      db.execute("INSERT INTO idempotency_records AS r (id, project_id, state, created, sealed, "
                 "data_key_id) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                 "state = excluded.state, created = excluded.created, sealed = excluded.sealed, "
                 "data_key_id = excluded.data_key_id WHERE r.created < ?",
                 {record.id, record.project_id, static_cast<int>(record.state), record.created,
                  BlobView{record.sealed}, data_key_of(record.sealed), valid_since_ms}));
  if (changed == 1) return std::optional<IdempotencyRecord>();
  return first_row(db.query("SELECT id, project_id, state, created, sealed FROM "
                            "idempotency_records WHERE id = ?",
                            {record.id}),
                   from);
}

Result<void> settle(Database& db, const IdempotencyRecord& record) {
  return require_changed(
      db.execute("UPDATE idempotency_records SET state = ?, sealed = ?, data_key_id = ? "
                 "WHERE id = ? AND created = ?",
                 {static_cast<int>(record.state), BlobView{record.sealed},
                  data_key_of(record.sealed), record.id, record.created}),
      "request");
}

Result<void> remove(Database& db, std::string_view id) {
  PATCHBAY_TRY(db.execute("DELETE FROM idempotency_records WHERE id = ?", {id}));
  return {};
}

Result<std::int64_t> prune(Database& db, std::int64_t created_before_ms) {
  return db.execute("DELETE FROM idempotency_records WHERE created < ?", {created_before_ms});
}

}  // namespace patchbay::store::idempotency_table
