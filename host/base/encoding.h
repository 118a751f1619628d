#pragma once
// Bytes as text: hex, base64, base64url (RFC 4648), percent-encoding (RFC 3986). Decoders accept
// nothing but the canonical form and return nullopt otherwise.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace patchbay {

inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);
std::string base64url_encode(std::string_view bytes);  // without padding
std::optional<std::string> base64url_decode(std::string_view text);

// Encodes everything but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);
// `plus_is_space` for application/x-www-form-urlencoded.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

bool is_valid_utf8(std::string_view text);

}  // namespace patchbay
