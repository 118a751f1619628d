#pragma once
// How far each audit file had come when the store was last told (audit/audit_chain.h): a file whose
// end was cut off, or that is gone, shows against it.
//
// Not sealed: a head gives nothing away, and whoever checks the log should need no key. It stands
// against somebody who can write to the audit folder or to the database, not to both.
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct AuditHeadRow {
  std::string file;
  std::string instance;  // whose folder the file is in
  std::int64_t lines = 0;
  std::string hash;           // of the last of them
  std::int64_t recorded = 0;  // unix ms
  bool closed = false;        // the process ended in order: no line comes after these
};

namespace audit_heads_table {

Result<void> record(Database& db, const AuditHeadRow& head);
// By file name. An empty instance lists all.
Result<std::vector<AuditHeadRow>> list(Database& db, std::string_view instance);

// When the last of them was recorded, unix ms; 0: there is none.
Result<std::int64_t> last_recorded(Database& db);
// Of a file that was removed because its time was over.
Result<void> remove(Database& db, std::string_view file);
// Exchanges all rows for these.
Result<void> replace_all(Database& db, const std::vector<AuditHeadRow>& heads);

}  // namespace audit_heads_table
}  // namespace patchbay::store
