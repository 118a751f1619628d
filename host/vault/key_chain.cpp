#include "vault/key_chain.h"

#include <algorithm>

namespace patchbay::vault {
namespace {

using Keys = std::vector<KeyEncryptionKey>;

const KeyEncryptionKey* find(const Keys& keys, std::string_view id) {
  const auto found = std::ranges::find(keys, id, &KeyEncryptionKey::id);
  return found == keys.end() ? nullptr : &*found;
}

// A key that can't be read any more is no loss: the one it held is still in memory.
void read_again(Keys& keys, const std::vector<KeySource>& sources) {
  for (const auto& source : sources) {
    if (std::holds_alternative<KeyVariable>(source)) continue;
    auto key = load_key(source);
    if (key && find(keys, key->id()) == nullptr) keys.push_back(*std::move(key));
  }
}

// Null when nobody gave it. The lock is held.
const KeyEncryptionKey* find_or_read(Keys& keys, const std::vector<KeySource>& sources,
                                     std::string_view id) {
  if (find(keys, id) == nullptr) read_again(keys, sources);
  return find(keys, id);
}

Error needs_another(const Keys& keys, std::string_view wanted) {
  std::string given;
  for (const auto& key : keys) given += (given.empty() ? "" : ", ") + key.id();
  return needs_another_key(wanted, given);
}

}  // namespace

KeyChain::KeyChain(const KeyEncryptionKey& key) : state_(std::make_unique<State>()) {
  state_->keys.push_back(key.copy());
}

Result<KeyChain> KeyChain::load(std::vector<KeySource> sources) {
  auto state = std::make_unique<State>();
  for (const auto& source : sources) {
    PATCHBAY_TRY_ASSIGN(auto key, load_key(source));
    if (find(state->keys, key.id()) == nullptr) state->keys.push_back(std::move(key));
  }
  state->sources = std::move(sources);
  return KeyChain(std::move(state));
}

Result<SecretString> KeyChain::unwrap(const WrappedDataKey& key) const {
  const std::lock_guard lock(state_->mutex);
  const auto* kek = find_or_read(state_->keys, state_->sources, key.kek_id);
  if (kek == nullptr) return needs_another(state_->keys, key.kek_id);
  return unwrap_data_key(*kek, key);
}

Result<WrappedDataKey> KeyChain::create_data_key(Random& random, std::int64_t now_ms) const {
  const std::lock_guard lock(state_->mutex);
  return vault::create_data_key(state_->keys.front(), random, now_ms);
}

Result<WrappedDataKey> KeyChain::rewrap(const WrappedDataKey& key, Random& random) const {
  const std::lock_guard lock(state_->mutex);
  const auto* kek = find_or_read(state_->keys, state_->sources, key.kek_id);
  if (kek == nullptr) return needs_another(state_->keys, key.kek_id);
  return rewrap_data_key(*kek, state_->keys.front(), key, random);
}

std::string KeyChain::id() const {
  const std::lock_guard lock(state_->mutex);
  return state_->keys.front().id();
}

}  // namespace patchbay::vault
