#include "vault/key_ring.h"

namespace patchbay::vault {

Result<KeyRing> KeyRing::unlock(const KeyChain& chain, std::span<const WrappedDataKey> keys,
                                const KeyRing* before) {
  KeyRing ring;
  const WrappedDataKey* newest = nullptr;
  for (const auto& key : keys) {
    std::shared_ptr<const SecretString> bytes = before == nullptr ? nullptr : before->share(key.id);
    if (!bytes) {
      PATCHBAY_TRY_ASSIGN(auto fresh, chain.unwrap(key));
      bytes = std::make_shared<const SecretString>(std::move(fresh));
    }
    ring.keys_.insert_or_assign(key.id, std::move(bytes));
    if (key.retired == 0 && (newest == nullptr || key.created >= newest->created)) newest = &key;
  }
  if (newest == nullptr) {
    return make_error(ErrorCode::kConfiguration,
                      "The database holds no data key that may seal new secrets.");
  }
  ring.sealing_key_id_ = newest->id;
  return ring;
}

std::shared_ptr<const SecretString> KeyRing::share(std::string_view id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : found->second;
}

const SecretString* KeyRing::find(std::string_view id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : found->second.get();
}

}  // namespace patchbay::vault
