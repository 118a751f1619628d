#pragma once
// Online backup of a SQLite database: page by page. The hub and every other process go on reading
// and writing. Blocks the calling thread; not for a loop.
#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/backup_file.h"

namespace patchbay::store {

// Copies `from` into the new file `to` (mode 0600), on the disk when it returns. `to` is there
// already: kConflict. On an error `to` is not there.
Result<> copy_sqlite(const std::string& from, const std::string& to, const CopyProgress& progress);

// write_backup() of it.
Result<> backup_sqlite(const std::string& from, const std::string& to, std::int64_t now_ms,
                       const CopyProgress& progress);

}  // namespace patchbay::store
