#pragma once
// SHA-256 and HMAC-SHA-256 through OpenSSL, and comparison in constant time. Any thread.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
std::array<char, 64> sha256_digits(std::string_view bytes);  // the same
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

// Same time wherever the two differ; different lengths are unequal at once.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace patchbay
