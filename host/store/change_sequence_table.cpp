#include "store/change_sequence_table.h"

#include "store/row_helpers.h"

namespace patchbay::store::change_sequence_table {

Result<std::int64_t> bump(Database& db) {
  return single_integer(
      db.query("UPDATE change_sequence SET value = value + 1 WHERE id = 1 RETURNING value"));
}

Result<std::int64_t> current(Database& db) {
  return single_integer(db.query("SELECT value FROM change_sequence WHERE id = 1"));
}

}  // namespace patchbay::store::change_sequence_table
