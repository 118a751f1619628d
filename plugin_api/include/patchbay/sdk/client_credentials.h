// The client credentials grant: a client id and secret are exchanged for a token, and again for the
// next one. Serves connect and refresh. Source: RFC 6749, section 4.4.
//
// Ready as it is; the options give the provider's own words and further tokens, and a derived class
// may look at the values first (acceptable), answer refusals by itself (refused), and go on after
// the token is there (authorised, further).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "patchbay/sdk/credential_shape.h"
#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/further_token.h"
#include "patchbay/sdk/oauth.h"
#include "patchbay/sdk/refusal_table.h"

namespace patchbay::sdk {

// Its texts and tables outlive the flow.
struct ClientCredentialsOptions {
  TokenEndpoint endpoint;
  std::string_view scope = {};                      // asked for; empty: all that the client has
  std::string_view id_field = "client_id";          // in Input::field
  std::string_view secret_field = "client_secret";  // in Input::secret
  std::string_view id_empty_message = "error.value_missing";
  std::string_view secret_empty_message = "error.value_missing";
  // Where set, values in each other's field are refused unseen (error.swapped,
  // error.secret_in_client_id, error.client_id_in_secret), and an id of another shape is tried with
  // a notice (notice.client_id_unusual).
  ClientShapes shapes = {};
  std::span<const RefusalRow> refusals = {};
  // At most PATCHBAY_MAX_BATCH - 1. Asked for once the credentials are known to be good.
  std::span<const FurtherToken> further_tokens = {};
  // The credentials worked before: nothing is noticed about them, all tokens are asked for at once,
  // and a refusal means that they were withdrawn. For refresh.
  bool proven = false;
};

class ClientCredentialsFlow : public Flow {
 public:
  ClientCredentialsFlow(Input input, const ClientCredentialsOptions& options)
      : Flow(std::move(input)), options_(options) {}

 protected:
  // Before the first request. Returns false after having failed the flow.
  virtual bool acceptable(Action& action) {
    constexpr std::string_view kEmpty = "This field is empty.";
    if (client_.id.empty()) {
      return refuse(action, options_.id_empty_message, options_.id_field, kEmpty);
    }
    if (client_.secret.empty()) {
      return refuse(action, options_.secret_empty_message, options_.secret_field, kEmpty);
    }
    return options_.shapes.id == nullptr || in_their_fields(action);
  }
  // The token endpoint answered with an OAuth error.
  virtual void refused(const Refusal& refusal, const Reply& reply, Action& action) {
    const std::string_view host = options_.endpoint.host();
    if (fail_by_table(action, options_.refusals, refusal, reply, host, used_before()) == nullptr) {
      fail_refused(action, refusal, host, used_before(), options_.id_field, options_.secret_field);
    }
  }
  // The token is there. By default the further ones are asked for, if there are any.
  virtual void authorised(const Event&, Action& action) {
    if (options_.proven || options_.further_tokens.empty()) {
      done(action);
    } else {
      request_further_tokens(action);
    }
  }
  // Every event after authorised().
  virtual void further(const Event& event, Action& action) {
    read_further_tokens(event, 0);
    done(action);
  }

  const Client& client() const { return client_; }
  const Token& token() const { return token_; }
  const ClientCredentialsOptions& options() const { return options_; }
  bool used_before() const { return options_.proven || !input().tokens().empty(); }

  // DONE with the tokens that are there.
  Done& done(Action& action) {
    Done& done = action.done().token(token_);
    for (const Token& token : further_tokens_) done.token(token);
    return done;
  }

  // Adds one request for each further token to the batch.
  void request_further_tokens(Action& action) {
    for (const FurtherToken& wanted : options_.further_tokens) {
      action.send(draft_token_request(action, wanted.endpoint, client_, wanted.parameters));
    }
  }
  // Reads their replies, of which the first is number `first` of the event.
  void read_further_tokens(const Event& event, std::size_t first) {
    for (std::size_t i = 0; i < options_.further_tokens.size(); ++i) {
      const Reply reply = event.reply(first + i);
      if (const auto token = read_further_token(event, reply, options_.further_tokens[i])) {
        further_tokens_.add(keep(), *token);
      } else {
        notice(options_.further_tokens[i].missing_notice)
            .arg("status", std::int64_t{reply.arrived() ? reply.status() : 0});
      }
    }
  }

  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      begin(action);
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
  void begin(Action& action) {
    const std::string_view id = input().field(options_.id_field);
    const std::string_view secret = input().secret(options_.secret_field);
    client_ = options_.proven
                  ? Client{trim(id), trim(secret)}
                  : Client{trimmed(options_.id_field, id), trimmed(options_.secret_field, secret)};
    if (!acceptable(action)) return;
    action.send(draft_mint(action));
    if (options_.proven) request_further_tokens(action);
  }

  static bool refuse(Action& action, std::string_view message_id, std::string_view field_id,
                     std::string_view text) {
    action.fail(Failure::credentials, message_id, text).at(field_id);
    return false;
  }

  bool in_their_fields(Action& action) {
    const bool id_holds_secret = options_.shapes.secret(client_.id);
    const bool secret_holds_id = options_.shapes.id(client_.secret);
    if (id_holds_secret && secret_holds_id) {
      return refuse(action, "error.swapped", options_.id_field,
                    "Client ID and Client Secret stand in each other's field.");
    }
    if (id_holds_secret) {
      return refuse(action, "error.secret_in_client_id", options_.id_field,
                    "This looks like a Client Secret, not like a Client ID.");
    }
    if (secret_holds_id) {
      return refuse(action, "error.client_id_in_secret", options_.secret_field,
                    "This looks like a Client ID, not like a Client Secret.");
    }
    if (!options_.proven && !options_.shapes.id(client_.id)) {
      notice("notice.client_id_unusual",
             "This does not look like a Client ID. It was tried all the same.")
          .at(options_.id_field);
    }
    return true;
  }

  std::optional<Token> read_further_token(const Event& event, const Reply& reply,
                                          const FurtherToken& wanted) {
    const std::optional<Token> token = wanted.read(event, reply, wanted.endpoint, keep());
    if (token) minted(*token);
    return token;
  }

  void read(const Event& event, Action& action) {
    const Reply reply = event.reply(0);
    const TokenAnswer answer = read_token_answer(event, reply, options_.endpoint, keep());
    minted(answer.token);
    if (answer.outcome == TokenOutcome::granted) {
      token_ = answer.token;
      if (options_.proven) read_further_tokens(event, 1);
      authorised(event, action);
      return;
    }
    for (std::size_t i = 0; options_.proven && i < options_.further_tokens.size(); ++i) {
      read_further_token(event, event.reply(1 + i), options_.further_tokens[i]);
    }
    if (answer.outcome == TokenOutcome::refused) {
      refused(answer.refusal, reply, action);
    } else {
      fail_token_answer(action, answer, reply, options_.endpoint.host());
    }
  }

  ClientCredentialsOptions options_;
  Client client_;
  Token token_;
  ArenaList<Token> further_tokens_;
};

}  // namespace patchbay::sdk
