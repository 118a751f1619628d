#include "base/secret.h"

#include <cstdint>
#include <cstring>

// No OpenSSL here: the worker process holds secrets too and links nothing but libc and libstdc++.
namespace patchbay {

void wipe(void* data, std::size_t size) noexcept {
  if (size != 0) ::explicit_bzero(data, size);
}

SecretString SecretString::take(std::string& source) {
  SecretString secret{std::string_view(source)};
  wipe(source.data(), source.size());
  source.clear();
  return secret;
}

bool SecretString::equals(std::string_view other) const {
  if (size() != other.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < other.size(); ++i)
    difference = static_cast<std::uint8_t>(
        difference | (static_cast<std::uint8_t>(bytes_[i]) ^ static_cast<std::uint8_t>(other[i])));
  return difference == 0;
}

}  // namespace patchbay
