// The client credentials grant: a client id and secret are exchanged for a token, and again for the
// next one. Serves connect and refresh. Source: RFC 6749, section 4.4.
//
// Ready as it is; a derived class may look at the values first (acceptable), speak in the
// provider's own terms (refused), and go on after the token is there (authorised, further).
#pragma once

#include <string_view>
#include <utility>

#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/oauth.h"

namespace patchbay::sdk {

struct ClientCredentialsOptions {
  TokenEndpoint endpoint;
  std::string_view scope = {};                      // asked for; empty: all that the client has
  std::string_view id_field = "client_id";          // in Input::field
  std::string_view secret_field = "client_secret";  // in Input::secret
};

class ClientCredentialsFlow : public Flow {
 public:
  ClientCredentialsFlow(Input input, const ClientCredentialsOptions& options)
      : Flow(std::move(input)), options_(options) {}

 protected:
  // Before the first request. Returns false after having failed the flow.
  virtual bool acceptable(Action& action) {
    for (const auto& [field, value] :
         {NameValue{options_.id_field, client_.id}, {options_.secret_field, client_.secret}}) {
      if (!value.empty()) continue;
      action.fail(Failure::credentials, "error.value_missing", "This field is empty.").at(field);
      return false;
    }
    return true;
  }
  // The token endpoint answered with an OAuth error.
  virtual void refused(const Refusal& refusal, const Reply&, Action& action) {
    fail_refused(action, refusal, options_.endpoint.host(), !input().tokens().empty(),
                 options_.id_field, options_.secret_field);
  }
  // The token is there. By default that is all.
  virtual void authorised(const Event&, Action& action) { action.done().token(token_); }
  // Every event after authorised().
  virtual void further(const Event&, Action& action) { action.done().token(token_); }

  const Client& client() const { return client_; }
  const Token& token() const { return token_; }
  const ClientCredentialsOptions& options() const { return options_; }

  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      client_ = {trimmed(options_.id_field, input().field(options_.id_field)),
                 trimmed(options_.secret_field, input().secret(options_.secret_field))};
      if (acceptable(action)) action.send(draft_mint(action));
    } else if (token_.value.empty()) {
      read(event, action);
    } else {
      further(event, action);
    }
  }

  // The request for a token, for flows that put it into a batch of their own.
  Request& draft_mint(Action& action) {
    const NameValue parameters[] = {{"grant_type", "client_credentials"},
                                    {"scope", options_.scope}};
    return draft_token_request(action, options_.endpoint, client_, parameters);
  }

 private:
  void read(const Event& event, Action& action) {
    const TokenAnswer answer = read_token_answer(event, event.reply(), options_.endpoint, keep());
    minted(answer.token);
    if (answer.outcome == TokenOutcome::granted) {
      token_ = answer.token;
      authorised(event, action);
    } else if (answer.outcome == TokenOutcome::refused) {
      refused(answer.refusal, event.reply(), action);
    } else {
      fail_token_answer(action, answer, event.reply(), options_.endpoint.host());
    }
  }

  ClientCredentialsOptions options_;
  Client client_;
  Token token_;
};

}  // namespace patchbay::sdk
