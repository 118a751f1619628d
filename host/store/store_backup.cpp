#include "store/store_backup.h"

#include "store/postgres_backup.h"
#include "store/postgres_restore.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_restore.h"

namespace patchbay::store {

Result<> backup_store(const StoreLocation& from, const std::string& to, std::int64_t now_ms,
                      const CopyProgress& progress) {
  if (!from.is_postgres()) return backup_sqlite(from.path(), to, now_ms, progress);
  PATCHBAY_TRY(backup_postgres(from, to, now_ms, progress));
  return {};
}

Result<Restored> restore_store(const Restore& restore, const CopyProgress& progress) {
  return restore.database.is_postgres() ? restore_postgres(restore, progress)
                                        : restore_sqlite(restore, progress);
}

}  // namespace patchbay::store
