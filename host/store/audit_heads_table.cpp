#include "store/audit_heads_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::audit_heads_table {

Result<void> record(Database& db, const AuditHeadRow& head) {
  PATCHBAY_TRY(db.execute(
      "INSERT INTO audit_heads (file, instance, lines, hash, recorded, closed) "
      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (file) DO UPDATE SET lines = excluded.lines, "
      "hash = excluded.hash, recorded = excluded.recorded, closed = excluded.closed",
      {head.file, head.instance, head.lines, head.hash, head.recorded, head.closed}));
  return {};
}

Result<std::vector<AuditHeadRow>> list(Database& db, std::string_view instance) {
  return all_rows(db.query("SELECT file, instance, lines, hash, recorded, closed FROM audit_heads "
                           "WHERE ? = '' OR instance = ? ORDER BY file",
                           {instance, instance}),
                  [](const Row& row) {
                    return AuditHeadRow{row.text(0), row.text(1),    row.integer(2),
                                        row.text(3), row.integer(4), row.flag(5)};
                  });
}

Result<std::int64_t> last_recorded(Database& db) {
  return single_integer(db.query("SELECT coalesce(max(recorded), 0) FROM audit_heads"));
}

Result<void> remove(Database& db, std::string_view file) {
  PATCHBAY_TRY(db.execute("DELETE FROM audit_heads WHERE file = ?", {file}));
  return {};
}

Result<void> replace_all(Database& db, const std::vector<AuditHeadRow>& heads) {
  PATCHBAY_TRY(db.execute("DELETE FROM audit_heads"));
  for (const auto& head : heads) PATCHBAY_TRY(record(db, head));
  return {};
}

}  // namespace patchbay::store::audit_heads_table
