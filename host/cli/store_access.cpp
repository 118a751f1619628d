#include "cli/store_access.h"

#include <filesystem>

#include "cli/hub.h"
#include "store/open_store.h"

namespace patchbay::cli {

Result<std::unique_ptr<store::Store>> open_store_alone(const CommonOptions& common) {
  PATCHBAY_TRY_ASSIGN(const auto named, common.store_location());
  if (named) return store::open_store(*named);
  const auto path = database_path(common.data);
  if (!std::filesystem::exists(path))
    return make_error(ErrorCode::kNotFound,
                      "There is no database " + path +
                          ". Say with --data where the hub's data is, or with --store.");
  return store::open_store(store::StoreLocation::file(path));
}

}  // namespace patchbay::cli
