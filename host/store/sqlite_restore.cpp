#include "store/sqlite_restore.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "store/database_lock.h"

namespace patchbay::store {
namespace {

Error cannot_move(const std::string& from, const std::string& to) {
  return make_error(ErrorCode::kStorage, "The file " + from + " cannot be put at " + to + " (" +
                                             std::strerror(errno) +
                                             "). Check the folder's rights and the free space.");
}

Result<> rename_file(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? Result<>() : cannot_move(from, to);
}

// A second name for the file: the first one stays until the new file takes it.
Result<> put_aside(const std::string& database, const std::string& aside) {
  for (const std::string suffix : {"", "-wal"}) {
    const std::string from = database + suffix;
    if (!file_exists(from)) continue;
    if (::link(from.c_str(), (aside + suffix).c_str()) != 0) return cannot_move(from, aside);
  }
  return sync_to_disk(folder_of(database));
}

Result<> swap_in(const std::string& fresh, const Restore& restore, Restored& out) {
  const std::string& database = restore.database.path();
  if (file_exists(database)) {
    out.aside = free_name(database + ".before-restore-", restore.now_ms);
    PATCHBAY_TRY(put_aside(database, out.aside));
  }
  const std::string mark = restore_mark(database);
  PATCHBAY_TRY(rename_file(fresh, mark));
  PATCHBAY_TRY(sync_to_disk(folder_of(database)));
  // The old write-ahead log would be taken for the new file's.
  for (const auto* suffix : {"-wal", "-shm"}) ::unlink((database + suffix).c_str());
  PATCHBAY_TRY(sync_to_disk(folder_of(database)));
  PATCHBAY_TRY(rename_file(mark, database));
  return sync_to_disk(folder_of(database));
}

}  // namespace

Result<Restored> restore_sqlite(const Restore& restore, const CopyProgress& progress) {
  Restored out;
  PATCHBAY_TRY_ASSIGN(out.facts, verify_sqlite(restore.backup, restore.key));
  ::mkdir(folder_of(restore.database.path()).c_str(), 0700);  // on a machine that had none
  PATCHBAY_TRY_ASSIGN(const auto lock, DatabaseLock::exclusive(restore.database.path()));
  const std::string fresh = restore.database.path() + ".restored";
  PATCHBAY_TRY(make_restored({restore.backup, restore.database.path(), restore.key, restore.now_ms},
                             fresh, out, progress));
  PATCHBAY_TRY(swap_in(fresh, restore, out));
  return out;
}

}  // namespace patchbay::store
