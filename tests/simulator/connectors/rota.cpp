// The connector of an invented provider whose refresh tokens rotate. Connecting exchanges a code
// that the person types; everything else is the SDK's.
#include <memory>
#include <utility>

#include "patchbay/sdk/export.h"
#include "patchbay/sdk/oauth.h"
#include "patchbay/sdk/refresh_token.h"
#include "patchbay/sdk/revocation.h"

namespace {

using namespace patchbay::sdk;

constexpr TokenEndpoint kToken = {.url = "https://api.rota.example/token",
                                  .token_name = "main",
                                  .authentication = ClientAuthentication::none};

class Connect : public Flow {
 public:
  using Flow::Flow;

 protected:
  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      const NameValue parameters[] = {{"grant_type", "authorization_code"},
                                      {"code", input().secret("code")}};
      action.send(draft_token_request(action, kToken, {}, parameters).consumes());
      return;
    }
    const TokenAnswer answer = read_token_answer(event, event.reply(), kToken, keep());
    minted(answer.token);
    minted({.name = kRefreshToken, .value = answer.refresh_token, .type = kRefreshToken});
    if (answer.outcome == TokenOutcome::granted) {
      action.done().token(answer.token).secret(kRefreshToken, answer.refresh_token);
    } else if (answer.outcome == TokenOutcome::refused) {
      fail_refused(action, answer.refusal, kToken.host(), false, "code", "code");
    } else {
      fail_token_answer(action, answer, event.reply(), kToken.host());
    }
  }
};

class Rota {
 public:
  explicit Rota(Host) {}
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

}  // namespace

PATCHBAY_CONNECTOR(Rota, patchbay::sdk::embedded_manifest())
