#include "store/sqlite_backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/fd.h"
#include "store/database_lock.h"
#include "store/sqlite_database.h"
#include "store/sqlite_errors.h"
#include "store/store_epoch_table.h"
#include "store/verify_database.h"

namespace patchbay::store {
namespace {

constexpr int kPagesAStep = 256;
constexpr int kBusyTimeoutMs = 5'000;

struct Close {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

struct Finish {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

// Takes the file away again unless it was kept.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (kept_) return;
    ::unlink(path_.c_str());
    ::unlink((path_ + "-journal").c_str());
  }
  void keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

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

Result<Connection> connect(const std::string& path, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(raw);
  if (code != SQLITE_OK) return sqlite_error(raw, code, path);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  return connection;
}

Result<> run(const Connection& connection, const char* sql, const std::string& path) {
  const int code = sqlite3_exec(connection.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_error(connection.get(), code, path);
  return {};
}

// One read transaction over the whole copy: writers go on, and the copy need not begin again each
// time they commit.
Result<> copy_pages(const std::string& from, const std::string& to, const CopyProgress& progress) {
  PATCHBAY_TRY_ASSIGN(const auto source, connect(from, SQLITE_OPEN_READONLY));
  PATCHBAY_TRY(run(source, "BEGIN; SELECT count(*) FROM sqlite_schema", from));
  PATCHBAY_TRY_ASSIGN(const auto target, connect(to, SQLITE_OPEN_READWRITE));
  // The file is synced as a whole at the end.
  PATCHBAY_TRY(run(target, "PRAGMA synchronous = OFF", to));
  const std::unique_ptr<sqlite3_backup, Finish> copy(
      sqlite3_backup_init(target.get(), "main", source.get(), "main"));
  if (!copy) return sqlite_error(target.get(), sqlite3_errcode(target.get()), to);
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(copy.get(), kPagesAStep);
    const std::int64_t all = sqlite3_backup_pagecount(copy.get());
    if (progress) progress(all - sqlite3_backup_remaining(copy.get()), all);
  }
  // sqlite_error asks the target for details, where the copy's own errors stand.
  if (code != SQLITE_DONE) return sqlite_error(nullptr, code, to);
  return {};
}

// A backup from before this program's schema has no place for it.
Result<> note_taken(Database& db, std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(const bool has_place, db.has_table("store_epoch"));
  return has_place ? store_epoch_table::set_backup_taken(db, now_ms) : Result<>();
}

Result<> finish_copy(const std::string& path, std::int64_t now_ms) {
  SqliteOptions options;
  options.path = path;
  options.use = SqliteUse::kAlone;
  PATCHBAY_TRY_ASSIGN(const auto database, open_sqlite(options));
  return note_taken(*database, now_ms);
}

}  // namespace

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

Result<> copy_sqlite(const std::string& from, const std::string& to, const CopyProgress& progress) {
  {
    const Fd made(::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!made.valid()) return errno == EEXIST ? is_there_already(to) : cannot("made", to);
  }
  NewFile file(to);
  PATCHBAY_TRY(copy_pages(from, to, progress));
  PATCHBAY_TRY(sync_to_disk(to));
  file.keep();
  return {};
}

Result<> backup_sqlite(const std::string& from, const std::string& to, std::int64_t now_ms,
                       const CopyProgress& progress) {
  if (::access(from.c_str(), F_OK) != 0) {
    return make_error(ErrorCode::kStorage, "There is no database " + from +
                                               ". Check that this is the hub's data folder.");
  }
  if (::access(to.c_str(), F_OK) == 0) return is_there_already(to);
  PATCHBAY_TRY_ASSIGN(const auto lock, DatabaseLock::shared(from));
  const std::string part = to + ".part-" + std::to_string(::getpid());
  PATCHBAY_TRY(copy_sqlite(from, part, progress));
  const NewFile goes_in_any_case(part);
  PATCHBAY_TRY(finish_copy(part, now_ms));
  PATCHBAY_TRY(verify_sqlite(part, nullptr));
  PATCHBAY_TRY(sync_to_disk(part));
  // Not rename(2), which would overwrite.
  if (::link(part.c_str(), to.c_str()) != 0)
    return errno == EEXIST ? is_there_already(to) : cannot("given its name", to);
  return sync_to_disk(folder_of(to));
}

}  // namespace patchbay::store
