#pragma once
// Whether a database, a backup above all, is whole: SQLite's own check of every page and index,
// references, a schema this program knows and, when the key is there, every sealed value.
#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/database.h"
#include "vault/key_encryption_key.h"
#include "vault/vault.h"

namespace patchbay::store {

struct DatabaseFacts {
  std::int64_t schema_version = 0;
  std::int64_t accounts = 0;
  std::int64_t backup_taken = 0;  // unix ms; 0: not known, or no backup
  std::int64_t opened = 0;        // sealed values that were opened; 0 without a key
};

// Opens every sealed value; how many there are. The error names the first that does not open.
Result<std::int64_t> open_all_sealed(Database& db, const vault::Vault& vault);

// Reads only; `key` may be null. kStorage: damaged. kConfiguration: another key, or a schema of a
// newer program.
Result<DatabaseFacts> verify_sqlite(const std::string& path, const vault::KeyEncryptionKey* key);

}  // namespace patchbay::store
