#include "vault/data_key.h"

#include <algorithm>

#include "base/encoding.h"
#include "vault/aes_gcm.h"

namespace patchbay::vault {
namespace {

// wrapped = version (1), nonce, ciphertext of 32 bytes, tag
constexpr char kVersion = 1;
constexpr std::size_t kWrappedBytes = 1 + kGcmNonceBytes + kGcmKeyBytes + kGcmTagBytes;

std::string associated(std::string_view kek_id, std::string_view key_id) {
  return "patchbay data key 1\n" + std::string(kek_id) + "\n" + std::string(key_id);
}

std::string wrap(const KeyEncryptionKey& kek, std::string_view key_id, std::string_view data_key,
                 Random& random) {
  GcmNonce nonce{};
  random.fill(nonce);
  std::string out(1, kVersion);
  out.append(nonce.begin(), nonce.end());
  return out + gcm_seal(kek.reveal(), nonce, associated(kek.id(), key_id), data_key);
}

}  // namespace

Result<WrappedDataKey> create_data_key(const KeyEncryptionKey& kek, Random& random,
                                       std::int64_t now_ms) {
  auto bytes = random.bytes32();
  WrappedDataKey key;
  key.id = random.id("dk_");
  key.kek_id = kek.id();
  key.wrapped = wrap(kek, key.id, as_text(bytes), random);
  key.created = now_ms;
  wipe(bytes.data(), bytes.size());
  return key;
}

Error needs_another_key(std::string_view wanted, std::string_view given) {
  return make_error(ErrorCode::kConfiguration,
                    "This database was set up with another key: it needs key " +
                        std::string(wanted) + ", but the key given is " + std::string(given) +
                        ". Give the hub the key file it was set up with, or the one that `patchbay "
                        "key rotate` moved it to; a new key cannot open what the old one sealed.");
}

Result<SecretString> unwrap_data_key(const KeyEncryptionKey& kek, const WrappedDataKey& key) {
  if (key.kek_id != kek.id()) return needs_another_key(key.kek_id, kek.id());
  const std::string_view wrapped = key.wrapped;
  if (wrapped.size() == kWrappedBytes && wrapped[0] == kVersion) {
    GcmNonce nonce{};
    std::copy_n(wrapped.begin() + 1, nonce.size(), nonce.begin());
    auto data_key = gcm_open(kek.reveal(), nonce, associated(kek.id(), key.id),
                             wrapped.substr(1 + kGcmNonceBytes));
    if (data_key) return *std::move(data_key);
  }
  return make_error(ErrorCode::kStorage, "The data key " + key.id +
                                             " in the database was altered or damaged. Restore "
                                             "the last backup of the database.");
}

Result<WrappedDataKey> rewrap_data_key(const KeyEncryptionKey& from, const KeyEncryptionKey& to,
                                       const WrappedDataKey& key, Random& random) {
  PATCHBAY_TRY_ASSIGN(const auto data_key, unwrap_data_key(from, key));
  WrappedDataKey out = key;
  out.kek_id = to.id();
  out.wrapped = wrap(to, key.id, data_key.reveal(), random);
  return out;
}

}  // namespace patchbay::vault
