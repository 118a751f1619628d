#include "store/backup_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/fd.h"
#include "store/sqlite_database.h"
#include "store/store_epoch_table.h"
#include "store/verify_database.h"

namespace patchbay::store {
namespace {

Error cannot(const std::string& what, const std::string& path) {
  return make_error(ErrorCode::kStorage, "The file " + path + " cannot be " + what + " (" +
                                             std::strerror(errno) +
                                             "). Check the path, the rights and the free space.");
}

Error is_there_already(const std::string& path) {
  return make_error(ErrorCode::kConflict, "The file " + path +
                                              " is there already, and a backup overwrites nothing. "
                                              "Name another file, or move this one away.");
}

// A backup from before this program's schema has no place for it.
Result<> note_taken(const std::string& path, std::int64_t now_ms) {
  SqliteOptions options;
  options.path = path;
  options.use = SqliteUse::kAlone;
  PATCHBAY_TRY_ASSIGN(const auto database, open_sqlite(options));
  PATCHBAY_TRY_ASSIGN(const bool has_place, database->has_table("store_epoch"));
  return has_place ? store_epoch_table::set_backup_taken(*database, now_ms) : Result<>();
}

class RemovedInAnyCase {
 public:
  explicit RemovedInAnyCase(std::string path) : path_(std::move(path)) {}
  RemovedInAnyCase(const RemovedInAnyCase&) = delete;
  RemovedInAnyCase& operator=(const RemovedInAnyCase&) = delete;
  ~RemovedInAnyCase() { remove_database_file(path_); }

 private:
  std::string path_;
};

}  // namespace

Result<NewFile> NewFile::make(const std::string& path) {
  const Fd made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!made.valid()) return errno == EEXIST ? is_there_already(path) : cannot("made", path);
  return NewFile(path);
}

NewFile::NewFile(NewFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

NewFile::~NewFile() {
  if (!path_.empty()) remove_database_file(path_);
}

void remove_database_file(const std::string& path) {
  for (const auto* suffix : {"", "-journal"}) ::unlink((path + suffix).c_str());
}

bool file_exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::string free_name(const std::string& base, std::int64_t now_ms, const std::string& suffix) {
  const std::string timed = base + std::to_string(now_ms / 1000);
  const auto numbered = [&](int i) {
    return timed + (i == 0 ? "" : "-" + std::to_string(i)) + suffix;
  };
  int number = 0;
  while (file_exists(numbered(number))) ++number;
  return numbered(number);
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<> sync_to_disk(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid() || ::fsync(file.get()) != 0) return cannot("brought to the disk", path);
  return {};
}

Result<> write_backup(const std::string& to, std::int64_t now_ms,
                      const std::function<Result<>(const std::string& file)>& copy) {
  if (file_exists(to)) return is_there_already(to);
  const std::string part = to + ".part-" + std::to_string(::getpid());
  const RemovedInAnyCase goes(part);
  PATCHBAY_TRY(copy(part));
  PATCHBAY_TRY(note_taken(part, now_ms));
  PATCHBAY_TRY(verify_sqlite(part, nullptr));
  PATCHBAY_TRY(sync_to_disk(part));
  // Not rename(2), which would overwrite.
  if (::link(part.c_str(), to.c_str()) != 0)
    return errno == EEXIST ? is_there_already(to) : cannot("given its name", to);
  return sync_to_disk(folder_of(to));
}

}  // namespace patchbay::store
