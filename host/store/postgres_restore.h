#pragma once
// Puts a backup in the place of what a PostgreSQL database holds. What it held is first written
// into a backup of its own, in `folder`; then all tables are emptied and filled in
// one transaction. Killed before its end, nothing has changed.
#include "base/result.h"
#include "store/restore.h"

namespace patchbay::store {

// kConflict: a hub or a command has the database open, or wrote in it meanwhile. kConfiguration: it
// holds a schema of another version. Otherwise as verify_sqlite, backup_postgres and replace_store.
Result<Restored> restore_postgres(const Restore& restore, const CopyProgress& progress);

}  // namespace patchbay::store
