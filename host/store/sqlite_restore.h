#pragma once
// Puts a backup in the place of the hub's database. The old one stays beside it under another name,
// with its write-ahead log, as it was.
//
// The new file is made complete beside the database, under the name restore_mark(); from then on
// nobody opens the database until the file has taken its place. Killed before that, nothing has
// changed; killed in between, the database refuses to open and says that the restore must be run
// again.
#include <optional>
#include <string>

#include "base/result.h"
#include "store/restore_marks.h"
#include "store/sqlite_backup.h"
#include "store/verify_database.h"

namespace patchbay::store {

struct Restore {
  std::string backup;
  std::string database;
  const vault::KeyEncryptionKey* key = nullptr;  // to open every sealed value first; may be null
  std::int64_t now_ms = 0;
};

struct Restored {
  DatabaseFacts facts;                 // of the backup
  std::string aside;                   // where the old database lies now; empty: there was none
  std::optional<CarriedOver> carried;  // nothing: the old one could not be read, or was not there
  std::string why_not_carried;         // in words, when there was one
};

// kConflict: a hub or a command has the database open. Otherwise as verify_sqlite and copy_sqlite;
// then the database is as it was.
Result<Restored> restore_sqlite(const Restore& restore, const CopyProgress& progress);

}  // namespace patchbay::store
