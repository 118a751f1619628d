// What a provider's client ids and secrets look like, to notice the one in the other's field. Only
// ever a hint: a value that looks like neither is tried all the same. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "patchbay/sdk/text.h"

namespace patchbay::sdk {

using LooksLike = bool (*)(std::string_view text);

// Both or neither are set.
struct ClientShapes {
  LooksLike id = nullptr;
  LooksLike secret = nullptr;
};

// 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4).
inline bool is_uuid(std::string_view text) {
  constexpr std::string_view kPattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kPattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = lower(text[i]);
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f');
    if (kPattern[i] == '-' ? c != '-' : !hex) return false;
  }
  return true;
}

// `bytes` bytes in base64url without padding (RFC 4648, section 5).
inline bool is_base64url(std::string_view text, std::size_t bytes) {
  if (text.size() != (bytes * 4 + 2) / 3) return false;
  for (const char c : text) {
    if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_') return false;
  }
  return true;
}

}  // namespace patchbay::sdk
