#pragma once
// Puts a backup in the place of the hub's database, of either kind: sqlite_restore.h says how with
// a file, postgres_restore.h how with a server, store_backup.h takes whichever it is. What the
// replaced database knows to be taken away stays so (restore_marks.h).
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/backup_file.h"
#include "store/restore_marks.h"
#include "store/store_location.h"
#include "store/verify_database.h"

namespace patchbay::store {

struct Restore {
  std::string backup;
  StoreLocation database;
  // PostgreSQL: for what the database held, and for the work; made when it is not there. A file's
  // lies beside it.
  std::string folder{};
  const vault::KeyEncryptionKey* key = nullptr;  // to open every sealed value first; may be null
  std::int64_t now_ms = 0;
};

struct Restored {
  DatabaseFacts facts;                 // of the backup
  std::string aside;                   // where the old database lies now; empty: there was none
  std::optional<CarriedOver> carried;  // nothing: the old one could not be read, or was not there
  std::string why_not_carried;         // in words, when there was one
};

struct RestoredFile {
  std::string backup;
  std::string replaced;  // a SQLite database, left as it is; not there: nothing is carried over
  const vault::KeyEncryptionKey* key = nullptr;  // to open every sealed value first; may be null
  std::int64_t now_ms = 0;
};

// The backup as the file `to`: in this program's schema, marked as restored, with what `replaced`
// knew, verified and on the disk. Fills `carried` and `why_not_carried`. On an error `to` is not
// there.
Result<> make_restored(const RestoredFile& from, const std::string& to, Restored& out,
                       const CopyProgress& progress);

}  // namespace patchbay::store
