#include "store/store_size.h"

#include <filesystem>

#include "store/row_helpers.h"

namespace patchbay::store {

Result<StoreSize> size_of_store(Database& db, const StoreLocation& location) {
  StoreSize size;
  if (location.is_postgres()) {
    PATCHBAY_TRY_ASSIGN(size.database,
                        single_integer(db.query("SELECT pg_database_size(current_database())")));
    return size;
  }
  PATCHBAY_TRY_ASSIGN(size.database, single_integer(db.query(
                                         "SELECT page_count * page_size FROM pragma_page_count(), "
                                         "pragma_page_size()")));
  std::error_code error;
  const auto log = std::filesystem::file_size(location.path() + "-wal", error);
  if (!error) size.write_ahead = static_cast<std::int64_t>(log);
  return size;
}

}  // namespace patchbay::store
