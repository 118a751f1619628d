// Another token that the same client credentials may give, such as an older API's. Doing without it
// is a notice and no failure.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "patchbay/sdk/event.h"
#include "patchbay/sdk/oauth.h"

namespace patchbay::sdk {

// Nothing when the reply holds no token. Texts are copied into `arena`.
using TokenReader = std::optional<Token> (*)(const Event& event, const Reply& reply,
                                             const TokenEndpoint& endpoint, Arena& arena);

inline std::optional<Token> read_oauth_token(const Event& event, const Reply& reply,
                                             const TokenEndpoint& endpoint, Arena& arena) {
  const TokenAnswer answer = read_token_answer(event, reply, endpoint, arena);
  if (answer.token.value.empty()) return std::nullopt;
  return answer.token;
}

struct FurtherToken {
  TokenEndpoint endpoint;
  std::string_view missing_notice;  // message id; its argument `status` is 0 without an answer
  std::span<const NameValue> parameters = {};  // of the request, beside the client
  TokenReader read = &read_oauth_token;
};

}  // namespace patchbay::sdk
