#include "vault/aes_gcm.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <limits>
#include <memory>
#include <new>

#include "base/encoding.h"

namespace patchbay::vault {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }  // wipes it
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

void must(bool worked) {
  if (!worked) std::abort();  // an OpenSSL that does not do what it says: nothing is safe
}

// For what fails when memory is short.
void must_get_memory(bool got) {
  if (!got) throw std::bad_alloc();
}

int int_size(std::string_view bytes) {
  must(bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max() / 2));
  return static_cast<int>(bytes.size());
}

const EVP_CIPHER* aes_256_gcm() {
  // Fetched once: EVP_aes_256_gcm() looks the implementation up again at each use.
  static const std::unique_ptr<EVP_CIPHER, void (*)(EVP_CIPHER*)> cipher(
      [] {
        auto* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
        must_get_memory(fetched != nullptr);  // then the next use tries again
        return fetched;
      }(),
      EVP_CIPHER_free);
  return cipher.get();
}

std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

}  // namespace

std::string gcm_seal(std::string_view key, const GcmNonce& nonce, std::string_view associated,
                     std::string_view plaintext) {
  must(key.size() == kGcmKeyBytes);
  const Context context(EVP_CIPHER_CTX_new());
  must_get_memory(context != nullptr);
  must_get_memory(EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), as_bytes(key).data(),
                                      nonce.data(), nullptr) == 1);
  int size = 0;
  must(EVP_EncryptUpdate(context.get(), nullptr, &size, as_bytes(associated).data(),
                         int_size(associated)) == 1);
  std::string out(plaintext.size() + kGcmTagBytes, '\0');
  must(EVP_EncryptUpdate(context.get(), bytes_of(out), &size, as_bytes(plaintext).data(),
                         int_size(plaintext)) == 1);
  must(EVP_EncryptFinal_ex(context.get(), bytes_of(out) + size, &size) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagBytes,
                           out.data() + plaintext.size()) == 1);
  return out;
}

std::optional<SecretString> gcm_open(std::string_view key, const GcmNonce& nonce,
                                     std::string_view associated, std::string_view sealed) {
  if (key.size() != kGcmKeyBytes || sealed.size() < kGcmTagBytes) return std::nullopt;
  const auto ciphertext = sealed.substr(0, sealed.size() - kGcmTagBytes);
  std::string tag(sealed.substr(ciphertext.size()));
  const Context context(EVP_CIPHER_CTX_new());
  must_get_memory(context != nullptr);
  must_get_memory(EVP_DecryptInit_ex2(context.get(), aes_256_gcm(), as_bytes(key).data(),
                                      nonce.data(), nullptr) == 1);
  int size = 0;
  must(EVP_DecryptUpdate(context.get(), nullptr, &size, as_bytes(associated).data(),
                         int_size(associated)) == 1);
  std::string out(ciphertext.size(), '\0');
  must(EVP_DecryptUpdate(context.get(), bytes_of(out), &size, as_bytes(ciphertext).data(),
                         int_size(ciphertext)) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes, tag.data()) == 1);
  auto secret = SecretString::take(out);  // wipes what is not authentic, too
  std::array<std::uint8_t, kGcmTagBytes> rest{};
  if (EVP_DecryptFinal_ex(context.get(), rest.data(), &size) != 1) return std::nullopt;
  return secret;
}

}  // namespace patchbay::vault
