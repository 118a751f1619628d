#include "store/sqlite_backup.h"

#include <sqlite3.h>

#include <memory>

#include "store/database_lock.h"
#include "store/sqlite_errors.h"

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

}  // namespace

Result<> copy_sqlite(const std::string& from, const std::string& to, const CopyProgress& progress) {
  PATCHBAY_TRY_ASSIGN(auto file, NewFile::make(to));
  PATCHBAY_TRY(copy_pages(from, to, progress));
  PATCHBAY_TRY(sync_to_disk(to));
  file.keep();
  return {};
}

Result<> backup_sqlite(const std::string& from, const std::string& to, std::int64_t now_ms,
                       const CopyProgress& progress) {
  if (!file_exists(from)) {
    return make_error(ErrorCode::kStorage, "There is no database " + from +
                                               ". Check that this is the hub's data folder.");
  }
  PATCHBAY_TRY_ASSIGN(const auto lock, DatabaseLock::shared(from));
  return write_backup(to, now_ms,
                      [&](const std::string& file) { return copy_sqlite(from, file, progress); });
}

}  // namespace patchbay::store
