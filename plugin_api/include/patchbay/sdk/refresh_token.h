// The refresh token grant: the secret "refresh_token" is exchanged for a new token, and replaced
// when the provider issues another one. Source: RFC 6749, section 6.
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/oauth.h"
#include "patchbay/sdk/refusal_table.h"

namespace patchbay::sdk {

struct RefreshTokenOptions {
  TokenEndpoint endpoint;
  bool rotating = true;  // a refresh token is good for one use
  std::string_view id_field = "client_id";
  std::string_view secret_field = "client_secret";
  std::span<const RefusalRow> refusals = {};  // outlives the flow
};

class RefreshTokenFlow : public Flow {
 public:
  RefreshTokenFlow(Input input, const RefreshTokenOptions& options)
      : Flow(std::move(input)), options_(options) {}

 protected:
  // The refresh token worked before, or was new.
  virtual void refused(const Refusal& refusal, const Reply& reply, Action& action) {
    const std::string_view host = options_.endpoint.host();
    if (fail_by_table(action, options_.refusals, refusal, reply, host, true) != nullptr) return;
    if (operators_client_refused(action, refusal, host)) return;
    fail_refused(action, refusal, host, true, "", "");
  }
  const RefreshTokenOptions& options() const { return options_; }

  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      present(action);
    } else {
      read(event, action);
    }
  }

 private:
  void present(Action& action) {
    const std::string_view refresh_token = input().secret(kRefreshToken);
    if (refresh_token.empty()) {
      action.fail(Failure::revoked, "error.oauth_no_refresh_token",
                  "There is nothing to renew this connection with; connect again.");
      return;
    }
    const Client client = {input().setup_field(options_.id_field),
                           input().setup_secret(options_.secret_field)};
    const NameValue parameters[] = {{"grant_type", "refresh_token"},
                                    {"refresh_token", refresh_token}};
    Request& request = draft_token_request(action, options_.endpoint, client, parameters);
    if (options_.rotating) request.consumes();
    action.send(request);
  }

  void read(const Event& event, Action& action) {
    const std::string_view host = options_.endpoint.host();
    TokenAnswer answer = read_token_answer(event, event.reply(), options_.endpoint, keep());
    minted(answer.token);
    if (answer.refresh_token != input().secret(kRefreshToken)) {
      minted({.name = kRefreshToken, .value = answer.refresh_token, .type = kRefreshToken});
    }
    if (answer.outcome == TokenOutcome::granted) {
      keep_known_scopes(answer.token);
      Done& done = action.done().token(answer.token);
      if (!answer.refresh_token.empty()) done.secret(kRefreshToken, answer.refresh_token);
      if (!answer.host.empty()) done.fact(options_.endpoint.origin_fact, answer.host);
    } else if (answer.outcome == TokenOutcome::refused) {
      refused(answer.refusal, event.reply(), action);
    } else {
      fail_token_answer(action, answer, event.reply(), host);
    }
  }

  // An answer without a scope means the scopes of before (section 6).
  void keep_known_scopes(Token& token) {
    const Token* before = input().token(token.name);
    if (token.scopes_known || before == nullptr) return;
    token.scopes = before->scopes;
    token.scopes_known = before->scopes_known;
  }

  RefreshTokenOptions options_;
};

}  // namespace patchbay::sdk
