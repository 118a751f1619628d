#include "store/postgres_backup.h"

#include <algorithm>

#include "store/open_store.h"
#include "store/sqlite_database.h"

namespace patchbay::store {
namespace {

Result<std::vector<TableCopy>> copy_into(Database& from, const std::string& file,
                                         const CopyProgress& progress) {
  PATCHBAY_TRY_ASSIGN(auto made, NewFile::make(file));
  SqliteOptions options;
  options.path = file;
  options.use = SqliteUse::kAlone;
  PATCHBAY_TRY_ASSIGN(const auto to, open_sqlite(options));
  std::int64_t all = 0;
  if (progress) {
    PATCHBAY_TRY_ASSIGN(all, count_rows(from));
  }
  const auto tell = [&](const std::string&, std::int64_t, std::int64_t rows) {
    if (progress) progress(std::min(rows, all), all);
  };
  PATCHBAY_TRY_ASSIGN(auto copied, copy_snapshot(from, *to, tell));
  if (progress) progress(all, all);
  made.keep();
  return copied;
}

}  // namespace

Result<std::vector<TableCopy>> backup_postgres(const StoreLocation& from, const std::string& to,
                                               std::int64_t now_ms, const CopyProgress& progress) {
  PATCHBAY_TRY_ASSIGN(const auto database, open_database(from));
  std::vector<TableCopy> copied;
  PATCHBAY_TRY(write_backup(to, now_ms, [&](const std::string& file) -> Result<> {
    PATCHBAY_TRY_ASSIGN(copied, copy_into(*database, file, progress));
    return {};
  }));
  return copied;
}

}  // namespace patchbay::store
