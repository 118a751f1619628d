#pragma once
// A vault's supply of data keys from the database.
#include <memory>

#include "store/store.h"
#include "vault/key_chain.h"
#include "vault/vault.h"

namespace patchbay::store {

class StoredKeys final : public vault::KeySupply {
 public:
  // Both outlive it.
  StoredKeys(Store& store, const vault::KeyChain& chain) : store_(store), chain_(chain) {}
  Result<std::shared_ptr<const vault::KeyRing>> current(const vault::KeyRing& before) override;

 private:
  Store& store_;
  const vault::KeyChain& chain_;
};

}  // namespace patchbay::store
