#pragma once
// The key-encryption keys a hub was given: usually one; two while the database moves from one to
// the other. Keeps where they came from: a database that needs a key nobody gave yet makes it read
// its files and credentials again, so that a hub whose key file was replaced goes on without a
// restart. (A variable is gone once it was read.)
//
// Any thread once loaded.
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "vault/data_key.h"
#include "vault/key_encryption_key.h"
#include "vault/key_source.h"

namespace patchbay::vault {

class KeyChain {
 public:
  // At least one source. The first is what new data keys are wrapped with. Errors as load_key's.
  static Result<KeyChain> load(std::vector<KeySource> sources);
  // One key, copied.
  KeyChain(const KeyEncryptionKey& key);  // NOLINT(google-explicit-constructor)

  // kConfiguration, naming the ids, when the data key is wrapped with none of these; kStorage when
  // its bytes were altered.
  [[nodiscard]] Result<SecretString> unwrap(const WrappedDataKey& key) const;

  // A new data key under the first key.
  [[nodiscard]] Result<WrappedDataKey> create_data_key(Random& random, std::int64_t now_ms) const;
  // The same data key under the first key.
  [[nodiscard]] Result<WrappedDataKey> rewrap(const WrappedDataKey& key, Random& random) const;

  // Of the first key.
  [[nodiscard]] std::string id() const;

 private:
  struct State {
    std::mutex mutex;  // guards keys
    std::vector<KeyEncryptionKey> keys;
    std::vector<KeySource> sources;
  };
  explicit KeyChain(std::unique_ptr<State> state) : state_(std::move(state)) {}
  std::unique_ptr<State> state_;
};

}  // namespace patchbay::vault
