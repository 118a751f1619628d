// Proof key for code exchange, method S256, and the state parameter, both made from the 32 random
// bytes of one event. Source: RFC 7636, sections 4.1, 4.2; RFC 6749, section 10.12.
#pragma once

#include <string_view>

#include "patchbay/sdk/arena.h"
#include "patchbay/sdk/sha256.h"
#include "patchbay/sdk/text.h"

namespace patchbay::sdk {

// base64url(SHA-256(text)), 43 characters.
inline std::string_view sha256_base64url(Arena& arena, std::string_view text) {
  Sha256Digest digest = sha256(text);
  const std::string_view encoded =
      base64(arena, {reinterpret_cast<const char*>(digest.data()), digest.size()}, Base64::url);
  wipe(digest.data(), digest.size());
  return encoded;
}

// S256 challenge of a verifier.
inline std::string_view pkce_challenge(Arena& arena, std::string_view verifier) {
  return sha256_base64url(arena, verifier);
}

// Different values for different purposes from the same random bytes; none tells another.
inline std::string_view derive(Arena& arena, std::string_view random, std::string_view purpose) {
  return sha256_base64url(arena, arena.text(purpose, ":", random));
}

}  // namespace patchbay::sdk
