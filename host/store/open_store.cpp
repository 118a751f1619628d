#include "store/open_store.h"

#include "store/migrations.h"
#include "store/postgres_database.h"
#include "store/sqlite_database.h"

namespace patchbay::store {

Result<std::unique_ptr<Database>> open_database(const StoreLocation& location) {
  if (location.is_postgres()) return open_postgres({.location = location});
  SqliteOptions sqlite;
  sqlite.path = location.path();
  return open_sqlite(sqlite);
}

Result<std::unique_ptr<Store>> open_store(const StoreLocation& location) {
  PATCHBAY_TRY_ASSIGN(auto database, open_database(location));
  PATCHBAY_TRY(migrate(*database));
  return std::make_unique<Store>(std::move(database));
}

}  // namespace patchbay::store
