#pragma once
// Online backup of a PostgreSQL store into the same kind of file that a SQLite one is backed up in:
// one view of everything, row by row. Hubs go on reading and writing. What neither kind of backup
// needs is a program of the server's.
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/backup_file.h"
#include "store/copy_store.h"
#include "store/store_location.h"

namespace patchbay::store {

// write_backup() of it; what each table held, as checksum_store() tells it. kConfiguration: it has
// another schema version than this program.
Result<std::vector<TableCopy>> backup_postgres(const StoreLocation& from, const std::string& to,
                                               std::int64_t now_ms, const CopyProgress& progress);

}  // namespace patchbay::store
