// SHA256_Init and its kin are deprecated in favour of EVP, which asks the heap for every digest:
// here several are made for each token read.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <new>

#include "base/encoding.h"

namespace patchbay {

Sha256 sha256(std::string_view bytes) {
  Sha256 out{};
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(out.data(), &context);
  OPENSSL_cleanse(&context, sizeof context);
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  const auto digits = sha256_digits(bytes);
  return {digits.data(), digits.size()};
}

std::array<char, 64> sha256_digits(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 64> digits{};
  std::size_t at = 0;
  for (const std::uint8_t byte : sha256(bytes)) {
    digits[at++] = kDigits[byte >> 4U];
    digits[at++] = kDigits[byte & 15U];
  }
  return digits;
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
