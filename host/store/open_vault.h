#pragma once
// The vault over a database's data keys. An empty database gets its first data key here; one that
// was set up with another key-encryption key is refused (kConfiguration).
#include <cstdint>

#include "base/random.h"
#include "base/result.h"
#include "store/database.h"
#include "vault/vault.h"

namespace patchbay::store {

// Inside a write transaction: store.transact_blocking([&](Database& db) { return open_vault(...);
// })
Result<vault::Vault> open_vault(Database& db, const vault::KeyChain& chain, Random& random,
                                std::int64_t now_ms);

}  // namespace patchbay::store
