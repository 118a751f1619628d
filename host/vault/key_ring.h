#pragma once
// The data keys of a database, unlocked: which one seals, and the bytes of each. Never changes; a
// vault that learns of new keys takes a new ring. Keys lie in wiped memory. Any thread.
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "vault/data_key.h"
#include "vault/key_chain.h"

namespace patchbay::vault {

class KeyRing {
 public:
  // Needs at least one key that is not retired; the newest of these seals. Keys that `before` holds
  // are taken from it and need no key-encryption key. Errors as KeyChain::unwrap's.
  static Result<KeyRing> unlock(const KeyChain& chain, std::span<const WrappedDataKey> keys,
                                const KeyRing* before = nullptr);

  // Null when there is no such key. Lives as long as the ring.
  [[nodiscard]] const SecretString* find(std::string_view id) const;
  [[nodiscard]] const std::string& sealing_key_id() const { return sealing_key_id_; }

 private:
  KeyRing() = default;
  [[nodiscard]] std::shared_ptr<const SecretString> share(std::string_view id) const;

  std::map<std::string, std::shared_ptr<const SecretString>, std::less<>> keys_;
  std::string sealing_key_id_;
};

}  // namespace patchbay::vault
