#include "store/stored_keys.h"

#include "store/data_keys_table.h"

namespace patchbay::store {

Result<std::shared_ptr<const vault::KeyRing>> StoredKeys::current(const vault::KeyRing& before) {
  PATCHBAY_TRY_ASSIGN(const auto keys,
                      store_.read_blocking([](Database& db) { return data_keys_table::list(db); }));
  PATCHBAY_TRY_ASSIGN(auto ring, vault::KeyRing::unlock(chain_, keys, &before));
  return std::make_shared<const vault::KeyRing>(std::move(ring));
}

}  // namespace patchbay::store
