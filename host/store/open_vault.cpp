#include "store/open_vault.h"

#include "store/data_keys_table.h"

namespace patchbay::store {

Result<vault::Vault> open_vault(Database& db, const vault::KeyChain& chain, Random& random,
                                std::int64_t now_ms) {
  PATCHBAY_TRY_ASSIGN(auto keys, data_keys_table::list(db));
  if (keys.empty()) {
    PATCHBAY_TRY_ASSIGN(auto first, chain.create_data_key(random, now_ms));
    PATCHBAY_TRY(data_keys_table::insert(db, first));
    keys.push_back(std::move(first));
  }
  return vault::Vault::unlock(chain, keys, random);
}

}  // namespace patchbay::store
