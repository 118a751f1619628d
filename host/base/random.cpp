#include "base/random.h"

#include <openssl/crypto.h>
#include <sys/random.h>

#include <cstdlib>
#include <cstring>

#include "base/encoding.h"

namespace patchbay {

std::array<std::uint8_t, 32> Random::bytes32() {
  std::array<std::uint8_t, 32> bytes{};
  fill(bytes);
  return bytes;
}

std::string Random::token() {
  return base64url_encode(as_text(bytes32()));
}

std::string Random::id(std::string_view prefix) {
  static constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const auto bytes = bytes32();
  std::string out(prefix);
  for (std::size_t i = 0; i < 20; ++i) out += kAlphabet[bytes[i] & 31U];
  return out;
}

double Random::unit() {
  const auto bytes = bytes32();
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), sizeof bits);
  return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

void OsRandom::fill(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = getrandom(out.data() + done, out.size() - done, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      std::abort();
    }
    done += static_cast<std::size_t>(got);
  }
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
}

}  // namespace patchbay
