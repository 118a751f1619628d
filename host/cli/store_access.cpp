#include "cli/store_access.h"

#include <filesystem>

#include "store/sqlite_database.h"

namespace patchbay::cli {

Result<std::unique_ptr<store::Store>> open_store_alone(const CommonOptions& common) {
  store::SqliteOptions options;
  options.path = common.data + "/patchbay.db";
  if (!std::filesystem::exists(options.path))
    return make_error(ErrorCode::kNotFound, "There is no database " + options.path +
                                                ". Say with --data where the hub's data is.");
  return store::open_sqlite_store(options);
}

}  // namespace patchbay::cli
