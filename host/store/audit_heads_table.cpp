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

}  // namespace patchbay::store::audit_heads_table
