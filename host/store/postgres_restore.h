#pragma once
// Puts a backup in the place of what a PostgreSQL database holds. What it held is first written
// into a backup of its own, in a folder of this machine; then all tables are emptied and filled in
// one transaction. Killed before its end, nothing has changed.
#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/restore.h"
#include "store/store_location.h"

namespace patchbay::store {

struct PostgresRestore {
  std::string backup;
  StoreLocation database;
  std::string folder;  // for what the database held, and for the work; made when it is not there
  const vault::KeyEncryptionKey* key = nullptr;  // to open every sealed value first; may be null
  std::int64_t now_ms = 0;
};

// kConflict: a hub or a command has the database open, or wrote in it meanwhile. kConfiguration: it
// holds a schema of another version. Otherwise as verify_sqlite, backup_postgres and replace_store.
Result<Restored> restore_postgres(const PostgresRestore& restore, const CopyProgress& progress);

}  // namespace patchbay::store
