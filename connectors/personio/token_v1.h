// The token of the older API v1, minted with the same credentials. It serves what v2 does not have
// yet, so that doing without it is a notice and not a failure.
// Source: Personio API v1, POST /v1/auth.
#pragma once

#include <optional>

#include "endpoints.h"
#include "patchbay/sdk/action.h"
#include "patchbay/sdk/event.h"
#include "patchbay/sdk/json.h"
#include "patchbay/sdk/oauth.h"

namespace personio {

// Never in the query: Personio refuses credentials there.
inline void request_token_v1(patchbay::sdk::Action& action, const patchbay::sdk::Client& client) {
  action.send(patchbay::sdk::draft_token_request(action, kTokenV1, client, {}));
}

// Nothing when v1 granted none. Texts are copied into `arena`.
inline std::optional<patchbay::sdk::Token> read_token_v1(const patchbay::sdk::Event& event,
                                                         const patchbay::sdk::Reply& reply,
                                                         patchbay::sdk::Arena& arena) {
  if (!reply.ok()) return std::nullopt;
  const patchbay::sdk::JsonDocument document(reply.body());
  const auto* data = patchbay::sdk::json_object(document.object(), "data");
  const auto value = patchbay::sdk::json_text(data, "token");
  const auto* success = patchbay::sdk::json_member(document.object(), "success");
  const bool refused = success != nullptr && success->is_bool() && !success->get_bool();
  if (!value || value->empty() || refused) return std::nullopt;
  patchbay::sdk::Token token;
  token.name = kTokenV1.token_name;
  token.value = arena.text(*value);
  const std::int64_t told = patchbay::sdk::json_integer(data, "expires_in").value_or(0);
  token.expires_unix_ms =
      patchbay::sdk::expiry(event.unix_ms(), told > 0 ? told : kLifetimeSeconds);
  if (const auto scope = patchbay::sdk::json_text(data, "scope")) {
    token.scopes = arena.text(patchbay::sdk::trim(*scope));
    token.scopes_known = true;
  }
  return token;
}

}  // namespace personio
