// A provider's credential on the connector's side of the boundary. Borrowed: its texts live where
// they came from, an arena or an event.
#pragma once

#include <cstdint>
#include <string_view>

#include "patchbay/connector.h"
#include "patchbay/sdk/text.h"

namespace patchbay::sdk {

// What a refresh token is called where a name is needed: among secrets, and as a token to revoke.
inline constexpr std::string_view kRefreshToken = "refresh_token";

struct Token {
  std::string_view name;
  std::string_view value;  // secret
  std::string_view type = "Bearer";
  std::int64_t expires_unix_ms = 0;  // 0: the provider named no end
  std::string_view scopes = {};      // separated by one space each
  bool scopes_known = false;         // `scopes` is the whole list, even if it is empty
};

inline Token read_token(const patchbay_token& token) {
  return {view(token.name),   view(token.value),
          view(token.type),   token.expires_unix_ms,
          view(token.scopes), (token.flags & PATCHBAY_TOKEN_SCOPES_KNOWN) != 0};
}

inline Token copy_token(Arena& arena, const Token& token) {
  return {arena.text(token.name), arena.text(token.value),  arena.text(token.type),
          token.expires_unix_ms,  arena.text(token.scopes), token.scopes_known};
}

// A C token in `arena` that borrows the texts of `token`.
inline const patchbay_token* write_token(Arena& arena, const Token& token) {
  patchbay_token& c = arena.make<patchbay_token>();
  c.struct_size = sizeof(c);
  c.flags = token.scopes_known ? PATCHBAY_TOKEN_SCOPES_KNOWN : 0U;
  c.name = borrow(token.name);
  c.value = borrow(token.value);
  c.type = borrow(token.type);
  c.expires_unix_ms = token.expires_unix_ms;
  c.scopes = borrow(token.scopes);
  return &c;
}

}  // namespace patchbay::sdk
