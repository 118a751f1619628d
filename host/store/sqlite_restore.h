#pragma once
// Puts a backup in the place of the hub's database. The old one stays beside it under another name,
// with its write-ahead log, as it was.
//
// The new file is made complete beside the database, under the name restore_mark(); from then on
// nobody opens the database until the file has taken its place. Killed before that, nothing has
// changed; killed in between, the database refuses to open and says that the restore must be run
// again.
#include "base/result.h"
#include "store/restore.h"

namespace patchbay::store {

// kConflict: a hub or a command has the database open. Otherwise as verify_sqlite and copy_sqlite;
// then the database is as it was.
Result<Restored> restore_sqlite(const Restore& restore, const CopyProgress& progress);

}  // namespace patchbay::store
