#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <new>

#include "base/encoding.h"

namespace patchbay {
namespace {

// Fetched once: with EVP_sha256() OpenSSL looks for it at every digest.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 out{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, sha256_method(), nullptr) != 1)
    throw std::bad_alloc();  // all that can fail here
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  return hex_encode(as_text(sha256(bytes)));
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  Sha256 out{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), as_bytes(bytes).data(),
           bytes.size(), out.data(), &size) == nullptr)
    throw std::bad_alloc();
  return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace patchbay
