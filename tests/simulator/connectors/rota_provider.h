// What the connectors of Rota, an invented provider whose refresh tokens rotate, have in common:
// exchanging a code for tokens, refreshing, revoking.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "patchbay/sdk/oauth.h"
#include "patchbay/sdk/refresh_token.h"
#include "patchbay/sdk/revocation.h"

namespace rota {

using namespace patchbay::sdk;

inline constexpr TokenEndpoint kToken = {.url = "https://api.rota.example/token",
                                         .token_name = "main",
                                         .authentication = ClientAuthentication::none};

class CodeFlow : public Flow {
 public:
  using Flow::Flow;

 protected:
  static void exchange(Action& action, std::string_view code) {
    const NameValue parameters[] = {{"grant_type", "authorization_code"}, {"code", code}};
    action.send(draft_token_request(action, kToken, {}, parameters).consumes());
  }
  // The answer to exchange(). False: the flow has failed.
  bool read(const Event& event, Action& action) {
    const TokenAnswer answer = read_token_answer(event, event.reply(), kToken, keep());
    minted(answer.token);
    minted({.name = kRefreshToken, .value = answer.refresh_token, .type = kRefreshToken});
    if (answer.outcome == TokenOutcome::granted) {
      token_ = answer.token;
      refresh_token_ = answer.refresh_token;
      return true;
    }
    if (answer.outcome == TokenOutcome::refused) {
      fail_refused(action, answer.refusal, kToken.host(), false, "", "");
    } else {
      fail_token_answer(action, answer, event.reply(), kToken.host());
    }
    return false;
  }
  void finish(Action& action) const {
    action.done().token(token_).secret(kRefreshToken, refresh_token_);
  }

 private:
  Token token_;
  std::string_view refresh_token_;
};

// Connecting is what sets the connectors apart.
template <class Connect>
class Connector {
 public:
  explicit Connector(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<Connect>(std::move(input));
  }
  std::unique_ptr<Flow> refresh(Input input) const {
    return std::make_unique<RefreshTokenFlow>(std::move(input),
                                              RefreshTokenOptions{.endpoint = kToken});
  }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<RevocationFlow>(
        std::move(input), RevocationOptions{.endpoint = {.url = "https://api.rota.example/revoke"},
                                            .authentication = RevocationAuthentication::bearer});
  }
};

}  // namespace rota
