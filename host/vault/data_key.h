#pragma once
// Data keys seal the records; the key-encryption key (KEK) seals the data keys. So changing the
// KEK rewrites a handful of rows, and changing the data key is possible record by record.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "vault/key_encryption_key.h"

namespace patchbay::vault {

// A data key as the database keeps it: AES-256-GCM under the KEK, both key ids authenticated.
struct WrappedDataKey {
  std::string id;
  std::string kek_id;
  std::string wrapped;       // bytes
  std::int64_t created = 0;  // unix ms
  std::int64_t retired = 0;  // unix ms; 0: seals new records. A retired key still opens old ones.
  std::int64_t settled = 0;  // unix ms; when all records had been re-sealed with it; 0: not yet
};

Result<WrappedDataKey> create_data_key(const KeyEncryptionKey& kek, Random& random,
                                       std::int64_t now_ms);

// Wrong KEK: kConfiguration, naming both ids. Right KEK but altered bytes: kStorage.
Result<SecretString> unwrap_data_key(const KeyEncryptionKey& kek, const WrappedDataKey& key);

// What a wrong KEK is told. `given`: one id, or several with commas.
Error needs_another_key(std::string_view wanted, std::string_view given);

// The same data key under another KEK.
Result<WrappedDataKey> rewrap_data_key(const KeyEncryptionKey& from, const KeyEncryptionKey& to,
                                       const WrappedDataKey& key, Random& random);

}  // namespace patchbay::vault
