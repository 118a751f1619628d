#include "store/instances_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::instances_table {

Result<void> beat(Database& db, const InstanceRow& r) {
  PATCHBAY_TRY(
      db.execute("INSERT INTO instances (id, process, started, beat, sequence) "
                 "VALUES (?, ?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET "
                 "beat = instances.beat + 1, sequence = excluded.sequence",
                 {r.id, r.process, r.started, r.sequence}));
  return {};
}

Result<std::vector<InstanceRow>> list(Database& db) {
  return all_rows(db.query("SELECT id, process, started, beat, sequence FROM instances"),
                  [](const Row& row) {
                    return InstanceRow{row.text(0), row.text(1), row.integer(2), row.integer(3),
                                       row.integer(4)};
                  });
}

Result<void> remove(Database& db, std::string_view id, std::int64_t beat) {
  PATCHBAY_TRY(db.execute("DELETE FROM instances WHERE id = ? AND beat = ?", {id, beat}));
  return {};
}

Result<void> leave(Database& db, std::string_view id) {
  PATCHBAY_TRY(db.execute("DELETE FROM instances WHERE id = ?", {id}));
  return {};
}

}  // namespace patchbay::store::instances_table
