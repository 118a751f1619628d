#include "store/postgres_restore.h"

#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <vector>

#include "store/copy_store.h"
#include "store/migrations.h"
#include "store/open_store.h"
#include "store/postgres_backup.h"
#include "store/sqlite_database.h"
#include "store/store_in_use.h"

namespace patchbay::store {
namespace {

Result<> require_unused(const StoreLocation& database) {
  PATCHBAY_TRY_ASSIGN(const bool used, is_in_use(database));
  if (!used) return {};
  return make_error(ErrorCode::kConflict,
                    database.shown() + " is in use. Stop every hub on it first, on every machine.");
}

// What each table holds, now written into `out.aside`; nothing: there is no store yet.
Result<std::optional<std::vector<TableCopy>>> put_aside(const Restore& restore, Restored& out) {
  {
    PATCHBAY_TRY_ASSIGN(const auto database, open_database(restore.database));
    PATCHBAY_TRY_ASSIGN(const auto version, schema_version(*database));
    if (version == 0) return std::optional<std::vector<TableCopy>>();
  }
  out.aside = free_name(restore.folder + "/before-restore-", restore.now_ms, ".db");
  PATCHBAY_TRY_ASSIGN(auto held, backup_postgres(restore.database, out.aside, restore.now_ms, {}));
  return std::optional(std::move(held));
}

Result<> replace(const Restore& restore, const std::string& fresh,
                 const std::optional<std::vector<TableCopy>>& held) {
  SqliteOptions options;
  options.path = fresh;
  options.use = SqliteUse::kAlone;
  PATCHBAY_TRY_ASSIGN(const auto from, open_sqlite(options));
  PATCHBAY_TRY_ASSIGN(const auto to, open_database(restore.database));
  if (held) {
    PATCHBAY_TRY(replace_store(*from, *to, *held));
  } else {
    PATCHBAY_TRY(copy_store(*from, *to));
  }
  return {};
}

}  // namespace

Result<Restored> restore_postgres(const Restore& restore, const CopyProgress& progress) {
  Restored out;
  PATCHBAY_TRY_ASSIGN(out.facts, verify_sqlite(restore.backup, restore.key));
  PATCHBAY_TRY(require_unused(restore.database));
  ::mkdir(restore.folder.c_str(), 0700);
  PATCHBAY_TRY_ASSIGN(const auto held, put_aside(restore, out));
  const std::string fresh = restore.folder + "/restore-" + std::to_string(::getpid()) + ".db";
  PATCHBAY_TRY(make_restored({restore.backup, out.aside, restore.key, restore.now_ms}, fresh, out,
                             progress));
  const auto replaced = replace(restore, fresh, held);
  remove_database_file(fresh);
  if (!replaced) return replaced.error();
  return out;
}

}  // namespace patchbay::store
