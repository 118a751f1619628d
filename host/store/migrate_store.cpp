#include "store/migrate_store.h"

#include <chrono>
#include <optional>
#include <thread>

#include "store/backup_file.h"
#include "store/database_lock.h"
#include "store/migrations.h"
#include "store/open_store.h"
#include "store/sqlite_database.h"
#include "store/store_in_use.h"

namespace patchbay::store {
namespace {

Result<> require_there(const StoreLocation& location) {
  if (location.is_postgres() || file_exists(location.path())) return {};
  return make_error(ErrorCode::kNotFound,
                    "There is no database " + location.path() +
                        ". Say with --data where the hub's data is, or with --store.");
}

Result<std::unique_ptr<Database>> open_as(const StoreLocation& location, SqliteUse use) {
  if (location.is_postgres()) return open_database(location);
  SqliteOptions options;
  options.path = location.path();
  options.use = use;
  return open_sqlite(options);
}

// kConfiguration: newer than this program knows.
Result<std::int64_t> known_version(Database& database) {
  PATCHBAY_TRY(migrate_to(database, 0));  // brings nothing, and refuses what is newer
  return schema_version(database);
}

// A server takes a moment to see that a client has gone, such as the backup just before.
Result<> wait_until_unused(const StoreLocation& location) {
  using namespace std::chrono_literals;
  for (const auto until = std::chrono::steady_clock::now() + 2s;;) {
    PATCHBAY_TRY_ASSIGN(const bool used, is_in_use(location));
    if (!used) return {};
    if (std::chrono::steady_clock::now() > until)
      return make_error(
          ErrorCode::kConflict,
          location.shown() + " is in use. Stop every hub on it first, on every machine.");
    std::this_thread::sleep_for(50ms);
  }
}

// A file's, for as long as the lock lives.
Result<std::optional<DatabaseLock>> take_alone(const StoreLocation& location) {
  if (location.is_postgres()) {
    PATCHBAY_TRY(wait_until_unused(location));
    return std::optional<DatabaseLock>();
  }
  // Says so if a restore was cut short, and gives the lock back.
  PATCHBAY_TRY(DatabaseLock::shared(location.path()));
  PATCHBAY_TRY_ASSIGN(auto lock, DatabaseLock::exclusive(location.path()));
  return std::optional(std::move(lock));
}

}  // namespace

Result<std::int64_t> find_schema_version(const StoreLocation& location) {
  PATCHBAY_TRY(require_there(location));
  PATCHBAY_TRY_ASSIGN(const auto database, open_as(location, SqliteUse::kReadOnly));
  return known_version(*database);
}

Result<> require_unused(const StoreLocation& location) {
  PATCHBAY_TRY(take_alone(location));
  return {};
}

Result<> migrate_store(const StoreLocation& location,
                       const std::function<void(std::int64_t version)>& reached) {
  PATCHBAY_TRY(require_there(location));
  PATCHBAY_TRY_ASSIGN(const auto lock, take_alone(location));
  PATCHBAY_TRY_ASSIGN(const auto database, open_as(location, SqliteUse::kAlone));
  PATCHBAY_TRY_ASSIGN(const auto found, known_version(*database));
  for (auto version = found + 1; version <= latest_schema_version(); ++version) {
    PATCHBAY_TRY(migrate_to(*database, version));
    if (reached) reached(version);
  }
  return {};
}

}  // namespace patchbay::store
