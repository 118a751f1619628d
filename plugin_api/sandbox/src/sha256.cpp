#include "patchbay/sandbox/sha256.h"

#include <openssl/evp.h>

#include "patchbay/sandbox/error.h"

namespace patchbay::sandbox {

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, EVP_sha256(), nullptr) != 1)
    throw SandboxError("SHA-256 failed");
  return digest;
}

}  // namespace patchbay::sandbox
