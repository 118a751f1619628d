// The authorization code grant with PKCE: the person signs in at the provider, comes back with a
// code, and the code is exchanged for tokens. A refresh token goes to the host as the secret
// "refresh_token". Source: RFC 6749, section 4.1; RFC 7636; RFC 9207 for `iss`.
//
// The client is the operator's: id in Input::setup_field, secret in Input::setup_secret.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/oauth.h"
#include "patchbay/sdk/pkce.h"
#include "patchbay/sdk/refusal_table.h"

namespace patchbay::sdk {

// What is asked for where a permission is needed: "messages:write" and "chat:write", say.
struct ScopeRow {
  std::string_view permission;
  std::string_view scope;
};

// Its texts and tables outlive the flow.
struct AuthorizationCodeOptions {
  TokenEndpoint endpoint;
  std::string_view authorize_url = {};
  std::string_view scope = {};            // asked for always
  std::span<const ScopeRow> scopes = {};  // and these, for Input::needed_permissions
  // What `iss` has to be, which tells one provider's answer from another's (mix-up). Empty: not
  // known; then an `iss` has to be of the host that the person was sent to.
  std::string_view issuer = {};
  // An answer without `iss` is refused. For providers whose metadata have
  // authorization_response_iss_parameter_supported.
  bool issuer_required = false;
  std::string_view id_field = "client_id";
  std::string_view secret_field = "client_secret";
  std::span<const RefusalRow> refusals = {};
  // Off only for a provider that does not know it: it binds the code to this flow.
  bool pkce = true;
};

class AuthorizationCodeFlow : public Flow {
 public:
  AuthorizationCodeFlow(Input input, const AuthorizationCodeOptions& options)
      : Flow(std::move(input)), options_(options) {}

 protected:
  // The tokens are there. By default that is all.
  virtual void authorised(const Event&, Action& action) { finish(action); }
  // Every event after authorised().
  virtual void further(const Event&, Action& action) { finish(action); }

  // By the provider's sign-in page (then no reply has arrived), or by its token endpoint.
  virtual void refused(const Refusal& refusal, const Reply& reply, Action& action) {
    const std::string_view host = options_.endpoint.host();
    if (fail_by_table(action, options_.refusals, refusal, reply, host, false) != nullptr) return;
    if (reply.arrived() && operators_client_refused(action, refusal, host)) return;
    fail_refused(action, refusal, host, false, "", "");
  }

  // Done, with the token, the refresh token, and where the account lives.
  Done& finish(Action& action) {
    Done& done = action.done().token(token_);
    if (!refresh_token_.empty()) done.secret(kRefreshToken, refresh_token_);
    if (!host_.empty()) done.fact(options_.endpoint.origin_fact, host_);
    return done;
  }
  const Token& token() const { return token_; }
  const AuthorizationCodeOptions& options() const { return options_; }
  AuthorizationCodeOptions& options() { return options_; }  // until the first event

  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      begin(event, action);
    } else if (event.kind() == EventKind::redirect && token_.value.empty()) {
      exchange(event, action);
    } else if (token_.value.empty()) {
      read(event, action);
    } else {
      further(event, action);
    }
  }

 private:
  void begin(const Event& event, Action& action) {
    client_ = {input().setup_field(options_.id_field), input().setup_secret(options_.secret_field)};
    if (client_.id.empty() || input().redirect_uri().empty()) {
      action.fail(Failure::configuration, "error.oauth_client_missing",
                  "The operator has not set up an OAuth client for this provider.");
      return;
    }
    wanted_ = wanted_scopes();
    state_ = derive(keep(), event.random(), "state");
    if (options_.pkce) {
      verifier_ = derive(keep(), event.random(), "verifier");
      remember_secret(verifier_);
    }
    ArenaList<NameValue> query;
    for (const NameValue& parameter :
         {NameValue{"response_type", "code"},
          {"client_id", client_.id},
          {"redirect_uri", input().redirect_uri()},
          {"scope", wanted_},
          {"state", state_},
          {"code_challenge",
           options_.pkce ? pkce_challenge(action.arena(), verifier_) : std::string_view()},
          {"code_challenge_method", options_.pkce ? "S256" : ""}}) {
      if (!parameter.value.empty()) query.add(action.arena(), parameter);
    }
    action.redirect(
        with_query(action.arena(), options_.authorize_url, {query.data(), query.size()}), state_);
  }

  void exchange(const Event& event, Action& action) {
    if (!same_secret(event.query("state"), state_)) {
      action.fail(Failure::protocol, "error.oauth_state_mismatch",
                  "The answer from the sign-in page does not belong to this connection.");
      return;
    }
    if (!is_from_asked_provider(event.query("iss"))) {
      action.fail(Failure::protocol, "error.oauth_issuer_mismatch",
                  "The answer came from another sign-in service than the one that was asked.");
      return;
    }
    if (const std::string_view code = event.query("error"); !code.empty()) {
      refused({code, event.query("error_description"), {}}, Reply(), action);
      return;
    }
    const std::string_view code = keep().text(event.query("code"));
    if (code.empty()) {
      action.fail(Failure::protocol, "error.oauth_code_missing",
                  "The sign-in page sent the person back without an authorization code.");
      return;
    }
    remember_secret(code);
    const NameValue parameters[] = {{"grant_type", "authorization_code"},
                                    {"code", code},
                                    {"redirect_uri", input().redirect_uri()},
                                    {"code_verifier", verifier_}};
    action.send(draft_token_request(action, options_.endpoint, client_, parameters).consumes());
  }

  void read(const Event& event, Action& action) {
    const std::string_view host = options_.endpoint.host();
    const TokenAnswer answer = read_token_answer(event, event.reply(), options_.endpoint, keep());
    minted(answer.token);
    minted({.name = kRefreshToken, .value = answer.refresh_token, .type = kRefreshToken});
    if (answer.outcome == TokenOutcome::granted) {
      token_ = answer.token;
      refresh_token_ = answer.refresh_token;
      host_ = answer.host;
      if (!token_.scopes_known && !wanted_.empty()) {
        token_.scopes = words(wanted_, options_.endpoint.scope_separator,
                              keep());  // left out when it equals what was asked (section 5.1)
        token_.scopes_known = true;
      }
      authorised(event, action);
    } else if (answer.outcome == TokenOutcome::refused) {
      refused(answer.refusal, event.reply(), action);
    } else {
      fail_token_answer(action, answer, event.reply(), host);
    }
  }

  // Each once, in the table's order.
  std::string_view wanted_scopes() {
    const std::string_view separator(&options_.endpoint.scope_separator, 1);
    std::string_view wanted = options_.scope;
    for (const ScopeRow& row : options_.scopes) {
      if (std::ranges::count(input().needed_permissions(), row.permission) == 0) continue;
      if (has_word(words(wanted, separator.front(), keep()), row.scope)) continue;
      wanted = keep().text(wanted, wanted.empty() ? "" : separator, row.scope);
    }
    return wanted;
  }

  // RFC 9207, section 2.4: letter by letter.
  bool is_from_asked_provider(std::string_view issuer) const {
    if (issuer.empty()) return !options_.issuer_required;
    if (!options_.issuer.empty()) return issuer == options_.issuer;
    return host_of(issuer) == host_of(options_.authorize_url);
  }

  AuthorizationCodeOptions options_;
  Client client_;
  std::string_view wanted_, state_, verifier_;
  Token token_;
  std::string_view refresh_token_, host_;
};

}  // namespace patchbay::sdk
