#include "store/store_in_use.h"

#include <fcntl.h>

#include "base/fd.h"
#include "store/open_store.h"

namespace patchbay::store {
namespace {

// What every process holds a shared lock on while it has a database in WAL mode open (UNIX_SHM_DMS
// in SQLite's os_unix.c). Closing this descriptor would drop the locks of a connection of our own.
constexpr off_t kDeadMansSwitch = 128;

bool sqlite_is_in_use(const std::string& path) {
  const Fd shared(::open((path + "-shm").c_str(), O_RDWR | O_CLOEXEC));
  if (!shared.valid()) return false;  // nobody has it open
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kDeadMansSwitch;
  lock.l_len = 1;
  return ::fcntl(shared.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace

Result<bool> is_in_use(const StoreLocation& location) {
  if (!location.is_postgres()) return sqlite_is_in_use(location.path());
  PATCHBAY_TRY_ASSIGN(const auto database, open_database(location));
  // Each of our sessions has its schema in its name.
  PATCHBAY_TRY_ASSIGN(const auto others,
                      database->query("SELECT 1 FROM pg_stat_activity "
                                      "WHERE application_name = current_setting('application_name')"
                                      " AND datname = current_database() "
                                      "AND pid <> pg_backend_pid() LIMIT 1"));
  return !others.empty();
}

}  // namespace patchbay::store
