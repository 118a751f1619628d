// Token revocation: tells the provider to forget the tokens of an account, refresh token included.
// A token that is no longer valid counts as revoked. Source: RFC 7009.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "patchbay/sdk/failures.h"
#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/oauth.h"

namespace patchbay::sdk {

// Who may revoke a token: the client, or whoever holds it.
enum class RevocationAuthentication { client, bearer };

struct RevocationOptions {
  TokenEndpoint endpoint;  // url: of the revocation endpoint
  RevocationAuthentication authentication = RevocationAuthentication::client;
  std::string_view id_field = "client_id";
  std::string_view secret_field = "client_secret";
  bool client_in_setup = true;  // else in the form's fields
  // The provider says 403, in JSON, to a token that is no longer valid. A page that is not JSON
  // comes from somewhere before the provider and proves nothing.
  bool forbidden_means_gone = false;
  // Codes in "error" that say so, beside those of the standard. Outlives the flow.
  std::span<const std::string_view> gone_codes = {};
};

class RevocationFlow : public Flow {
 public:
  RevocationFlow(Input input, const RevocationOptions& options)
      : Flow(std::move(input)), options_(options) {}

 protected:
  // An answer that is neither success nor a failure in transit. True: counts as revoked.
  virtual bool counts_as_revoked(const Reply& reply) {
    const bool by_holder = options_.authentication == RevocationAuthentication::bearer;
    if (by_holder && reply.status() == 401) return true;
    const JsonDocument document(reply.body(), {.max_bytes = options_.endpoint.max_body});
    if (options_.forbidden_means_gone && reply.status() == 403 && document.object() != nullptr) {
      return true;
    }
    const auto code = json_text(document.object(), "error");
    if (code && std::ranges::count(options_.gone_codes, *code) > 0) return true;
    return code == "invalid_token" || code == "invalid_grant" || code == "unsupported_token_type";
  }

  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      collect();
    } else {
      for (std::size_t i = 0; i < event.reply_count(); ++i) {
        if (!revoked(event.reply(i), action)) return;
      }
      sent_ += event.reply_count();
    }
    send_next(action);
  }

 private:
  // Refresh tokens first: where they go, the access tokens made from them often go too.
  void collect() {
    const std::string_view refresh_token = input().secret(kRefreshToken);
    bool listed = refresh_token.empty();
    for (const Token& token : input().tokens()) listed |= token.value == refresh_token;
    if (!listed) {
      left_.add(keep(), {.name = kRefreshToken, .value = refresh_token, .type = kRefreshToken});
    }
    for (const Token& token : input().tokens()) {
      if (!token.value.empty()) left_.add(keep(), token);
    }
  }

  void send_next(Action& action) {
    if (sent_ == left_.size()) {
      action.done();
      return;
    }
    const Client client = options_.client_in_setup
                              ? Client{input().setup_field(options_.id_field),
                                       input().setup_secret(options_.secret_field)}
                              : Client{trim(input().field(options_.id_field)),
                                       trim(input().secret(options_.secret_field))};
    const bool by_client = options_.authentication == RevocationAuthentication::client;
    for (std::size_t i = sent_; i < left_.size() && i < sent_ + PATCHBAY_MAX_BATCH; ++i) {
      const Token& token = left_[i];
      Request& request = action.post(options_.endpoint.url)
                             .idempotent()
                             .secret()
                             .timeout_ms(options_.endpoint.timeout_ms)
                             .max_body(options_.endpoint.max_body);
      const bool in_form =
          by_client && options_.endpoint.authentication == ClientAuthentication::form;
      const bool named =
          by_client && options_.endpoint.authentication != ClientAuthentication::basic;
      ArenaList<NameValue> form;
      form.add(action.arena(), {"token", token.value});
      if (token.type == kRefreshToken) {
        form.add(action.arena(), {"token_type_hint", kRefreshToken});
      }
      if (named) form.add(action.arena(), {"client_id", client.id});
      if (in_form) form.add(action.arena(), {"client_secret", client.secret});
      request.form({form.data(), form.size()});
      if (!by_client) {
        request.bearer(token.value);
      } else if (!named) {
        request.basic(percent_encode(action.arena(), client.id),
                      percent_encode(action.arena(), client.secret));
      }
    }
  }

  bool revoked(const Reply& reply, Action& action) {
    const std::string_view host = options_.endpoint.host();
    if (failed_in_transit(action, reply, host)) return false;
    if ((reply.ok() && says_so(reply)) || counts_as_revoked(reply)) return true;
    fail_unexpected_status(action, reply, host);
    return false;
  }

  bool says_so(const Reply& reply) const {
    if (options_.endpoint.success_member.empty()) return true;
    const JsonDocument document(reply.body(), {.max_bytes = options_.endpoint.max_body});
    return says_success(document.object(), options_.endpoint.success_member);
  }

  RevocationOptions options_;
  ArenaList<Token> left_;
  std::size_t sent_ = 0;
};

}  // namespace patchbay::sdk
