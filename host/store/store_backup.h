#pragma once
// Backup and restore of a store wherever it is. Both block the calling thread; not for a loop.
#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/backup_file.h"
#include "store/restore.h"
#include "store/store_location.h"

namespace patchbay::store {

// backup_sqlite or backup_postgres.
Result<> backup_store(const StoreLocation& from, const std::string& to, std::int64_t now_ms,
                      const CopyProgress& progress);

// restore_sqlite or restore_postgres.
Result<Restored> restore_store(const Restore& restore, const CopyProgress& progress);

}  // namespace patchbay::store
