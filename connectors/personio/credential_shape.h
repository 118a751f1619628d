// What Personio's credentials look like. Only ever a hint: values are opaque and are tried whatever
// their shape. Source: the examples of Personio's credentials API v2.
#pragma once

#include <string_view>

#include "patchbay/sdk/text.h"

namespace personio {

inline constexpr std::string_view kPrefix = "papi-";

// "papi-" and a UUID: 8-4-4-4-12 hexadecimal digits.
inline bool looks_like_client_id(std::string_view text) {
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  constexpr std::string_view kPattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kPattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = patchbay::sdk::lower(text[i]);
    const bool hex = patchbay::sdk::is_digit(c) || (c >= 'a' && c <= 'f');
    if (kPattern[i] == '-' ? c != '-' : !hex) return false;
  }
  return true;
}

// "papi-" and 86 base64url characters: 64 bytes without padding.
inline bool looks_like_secret(std::string_view text) {
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  if (text.size() != 86) return false;
  for (const char c : text) {
    if (!patchbay::sdk::is_alpha(c) && !patchbay::sdk::is_digit(c) && c != '-' && c != '_') {
      return false;
    }
  }
  return true;
}

}  // namespace personio
