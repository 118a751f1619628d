#include "vault/vault.h"

#include <algorithm>

#include "base/hash.h"
#include "vault/aes_gcm.h"
#include "vault/record_format.h"

namespace patchbay::vault {
namespace {

std::string describe(const Place& place) {
  return std::string(place.table) + "/" + std::string(place.column) + " of " +
         std::string(place.row_id);
}

Error damaged(const Place& place, std::string_view how) {
  return make_error(ErrorCode::kStorage,
                    "The sealed value " + describe(place) + " " + std::string(how));
}

constexpr std::string_view kAdvice =
    " Restore the last backup, or reconnect the account to enter it anew.";

}  // namespace

Result<Vault> Vault::unlock(const KeyEncryptionKey& kek, std::span<const WrappedDataKey> keys,
                            Random& random) {
  Vault vault(random);
  const WrappedDataKey* newest = nullptr;
  for (const auto& key : keys) {
    PATCHBAY_TRY_ASSIGN(auto bytes, unwrap_data_key(kek, key));
    vault.keys_.insert_or_assign(key.id, std::move(bytes));
    if (key.retired == 0 && (newest == nullptr || key.created >= newest->created)) newest = &key;
  }
  if (newest == nullptr) {
    return make_error(ErrorCode::kConfiguration,
                      "The database holds no data key that may seal new secrets.");
  }
  vault.sealing_key_id_ = newest->id;
  return vault;
}

Result<std::string> Vault::seal(std::string_view plaintext, const Place& place) const {
  if (plaintext.size() > kMaxPlaintext) {
    return make_error(ErrorCode::kTooLarge, "A secret is larger than 1 MiB.");
  }
  const auto key = keys_.find(sealing_key_id_);
  if (key == keys_.end()) {
    return make_error(ErrorCode::kInternal, "The vault was used after it was moved from.");
  }
  const std::string encoded_place = record::encode_place(place);
  std::string out = record::header(sealing_key_id_, encoded_place);
  GcmNonce nonce{};
  random_->fill(nonce);
  const std::string sealed = gcm_seal(key->second.reveal(), nonce, out + encoded_place, plaintext);
  out.append(nonce.begin(), nonce.end());
  return out + sealed;
}

Result<SecretString> Vault::open(std::string_view record, const Place& place) const {
  const auto parts = record::split(record);
  if (!parts) {
    return damaged(place, "is cut short or is no sealed value." + std::string(kAdvice));
  }
  const auto key = keys_.find(parts->key_id);
  if (key == keys_.end()) {
    return make_error(ErrorCode::kConfiguration,
                      "The sealed value " + describe(place) +
                          " needs a data key that this database does not hold. It was "
                          "damaged, or copied here from another database.");
  }
  const std::string encoded_place = record::encode_place(place);
  if (parts->header != record::header(parts->key_id, encoded_place)) {
    return damaged(place, "was sealed for another place and moved here." + std::string(kAdvice));
  }
  GcmNonce nonce{};
  std::copy(parts->nonce.begin(), parts->nonce.end(), nonce.begin());
  auto secret = gcm_open(key->second.reveal(), nonce, std::string(parts->header) + encoded_place,
                         parts->sealed);
  if (!secret) return damaged(place, "was altered or damaged." + std::string(kAdvice));
  return *std::move(secret);
}

}  // namespace patchbay::vault
