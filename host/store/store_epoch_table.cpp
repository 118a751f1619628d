#include "store/store_epoch_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::store_epoch_table {

Result<StoreEpoch> current(Database& db) {
  return required(first_row(db.query("SELECT epoch, backup_taken, restored FROM store_epoch"),
                            [](const Row& row) {
                              return StoreEpoch{row.integer(0), row.integer(1), row.integer(2)};
                            }),
                  "epoch");
}

Result<void> set_backup_taken(Database& db, std::int64_t now_ms) {
  return require_changed(db.execute("UPDATE store_epoch SET backup_taken = ?", {now_ms}), "epoch");
}

Result<void> begin_next(Database& db, std::int64_t now_ms) {
  return require_changed(
      db.execute("UPDATE store_epoch SET epoch = epoch + 1, restored = ?", {now_ms}), "epoch");
}

}  // namespace patchbay::store::store_epoch_table
