#include "store/database_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace patchbay::store {
namespace {

// A command that root runs must not lock the hub's own user out.
void give_to_folders_owner(const Fd& file, const std::string& path) {
  if (::geteuid() != 0) return;
  const auto slash = path.find_last_of('/');
  struct stat about{};
  if (::stat(slash == std::string::npos ? "." : path.substr(0, slash + 1).c_str(), &about) == 0)
    (void)!::fchown(file.get(), about.st_uid, about.st_gid);
}

Result<Fd> open_lock_file(const std::string& database) {
  const std::string path = database + ".lock";
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) {
    return make_error(ErrorCode::kStorage,
                      "The lock file " + path + " cannot be created or opened (" +
                          std::strerror(errno) +
                          "). Check that its folder is there, is not mounted read-only, and that "
                          "the hub's user may read and write it.");
  }
  give_to_folders_owner(file, path);
  return file;
}

bool lock(const Fd& file, int how) {
  int done = 0;
  do {
    done = ::flock(file.get(), how | LOCK_NB);
  } while (done != 0 && errno == EINTR);
  return done == 0;
}

}  // namespace

std::string restore_mark(const std::string& database) {
  return database + ".restoring";
}

Result<DatabaseLock> DatabaseLock::shared(const std::string& database) {
  PATCHBAY_TRY_ASSIGN(auto file, open_lock_file(database));
  if (!lock(file, LOCK_SH)) {
    return make_error(ErrorCode::kStorage, "The database " + database +
                                               " is being restored. Try again when that is done.");
  }
  if (::access(restore_mark(database).c_str(), F_OK) == 0) {
    return make_error(ErrorCode::kStorage,
                      "A restore of the database " + database +
                          " was cut short. Run `patchbay store restore` with the same backup "
                          "again; until then nothing uses the database.");
  }
  return DatabaseLock(std::move(file));
}

Result<DatabaseLock> DatabaseLock::exclusive(const std::string& database) {
  PATCHBAY_TRY_ASSIGN(auto file, open_lock_file(database));
  if (!lock(file, LOCK_EX)) {
    return make_error(ErrorCode::kConflict, "The database " + database +
                                                " is in use. Stop the hub and every patchbay "
                                                "command that works on it, then try again.");
  }
  return DatabaseLock(std::move(file));
}

}  // namespace patchbay::store
