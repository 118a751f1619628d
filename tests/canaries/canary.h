#pragma once
// Secrets that a test planted, and every shape in which they might turn up where they must not.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::canaries {

enum class Encoding : std::uint8_t {
  kRaw,
  kHex,
  kBase64,         // of text in which the secret begins at an offset divisible by three
  kBase64Offset1,  // at one, and at two behind that
  kBase64Offset2,
  kUrl,
  kUtf16,
  kReversed,
  kJson,
};
inline constexpr Encoding kEncodings[] = {
    Encoding::kRaw,           Encoding::kHex,           Encoding::kBase64,
    Encoding::kBase64Offset1, Encoding::kBase64Offset2, Encoding::kUrl,
    Encoding::kUtf16,         Encoding::kReversed,      Encoding::kJson,
};
std::string_view to_string(Encoding encoding);

// The bytes to look for: several where writers differ (the case of hex digits, the alphabet of
// base64, what JSON escapes). Left out at both ends is what depends on the neighbours: a base64
// digit that holds bits of theirs, the outer zero of UTF-16, whose order of bytes is any.
std::vector<std::string> shapes(std::string_view secret, Encoding encoding);

struct Canary {
  std::string name;    // what it is, for people: "client secret of account 2"
  std::string secret;  // 16 bytes or more, so that nothing else looks like it
};

}  // namespace patchbay::canaries
