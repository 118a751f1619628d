// The parts that OAuth 2.0 grants are made of: where the token endpoint is, the request to it,
// reading its answer. Source: RFC 6749, sections 2.3, 4.1.3, 4.4, 5.1, 5.2, 6.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "patchbay/sdk/action.h"
#include "patchbay/sdk/event.h"
#include "patchbay/sdk/failures.h"
#include "patchbay/sdk/json.h"
#include "patchbay/sdk/text.h"
#include "patchbay/sdk/token.h"

namespace patchbay::sdk {

// How the client says who it is: in the form, by HTTP Basic, or not at all (public clients).
enum class ClientAuthentication { form, basic, none };

// Its texts outlive the flow: static storage, or the flow's keep().
struct TokenEndpoint {
  std::string_view url;
  std::string_view token_name = "access";  // as the manifest calls it
  ClientAuthentication authentication = ClientAuthentication::form;
  std::int64_t default_lifetime_s = 0;  // when the answer names none; 0: no end
  std::uint32_t timeout_ms = 20'000;
  std::uint32_t max_body = 64U * 1024U;
  // Of a provider that answers 200 whatever happens: the member that is true when it worked ("ok").
  // Without it the answer is an OAuth error, its code in "error".
  std::string_view success_member = {};
  char scope_separator = ' ';  // in the scopes that are asked for and granted
  // Of a provider that tells with the tokens on which of its servers the account lives: the member
  // that holds its origin ("instance_url"), and the fact of the manifest that its host becomes.
  std::string_view origin_member = {};
  std::string_view origin_fact = {};

  std::string_view host() const { return host_of(url); }
};

// Who asks for a token.
struct Client {
  std::string_view id;
  std::string_view secret;
};

// A token request; `parameters` begins with grant_type. The caller adds flags beyond secret, mints.
inline Request& draft_token_request(Action& action, const TokenEndpoint& endpoint,
                                    const Client& client, std::span<const NameValue> parameters) {
  Arena& arena = action.arena();
  ArenaList<NameValue> form;
  for (const NameValue& parameter : parameters) {
    if (!parameter.value.empty()) form.add(arena, parameter);
  }
  Request& request = action.draft("POST", endpoint.url);
  if (endpoint.authentication == ClientAuthentication::basic) {
    request.basic(percent_encode(arena, client.id), percent_encode(arena, client.secret));
  } else {
    form.add(arena, {"client_id", client.id});
    if (endpoint.authentication == ClientAuthentication::form) {
      form.add(arena, {"client_secret", client.secret});
    }
  }
  return request.form(std::span<const NameValue>(form.data(), form.size()))
      .accept_json()
      .secret()
      .mints()
      .timeout_ms(endpoint.timeout_ms)
      .max_body(endpoint.max_body);
}

enum class TokenOutcome {
  granted,
  refused,     // an OAuth error: see refusal
  in_transit,  // network error, 429, 5xx
  not_json,
  unexpected_answer,  // JSON that is neither a token nor an error
  unexpected_status,
};

// An error answer, its texts in the arena given to read_token_answer().
struct Refusal {
  std::string_view code;         // such as "invalid_client"
  std::string_view description;  // what the provider wrote, in its own words
  std::string_view uri;
};

struct TokenAnswer {
  TokenOutcome outcome = TokenOutcome::unexpected_answer;
  Token token;                     // granted
  std::string_view refresh_token;  // granted; empty when there is none
  std::string_view host;           // granted; of the endpoint's origin_member
  Refusal refusal;                 // refused
};

// When a lifetime of `seconds` from now ends; a lifetime is capped at ten years.
inline std::int64_t expiry(std::int64_t now_ms, std::int64_t seconds) {
  constexpr std::int64_t kTenYears = 10LL * 365 * 86'400;
  return now_ms + (seconds > kTenYears ? kTenYears : seconds) * 1000;
}

// `list` with blanks between its words, in `arena`.
inline std::string_view words(std::string_view list, char separator, Arena& arena) {
  const std::span<char> copy = arena.array<char>(list.size());
  std::ranges::replace_copy(list, copy.begin(), separator, ' ');
  return {copy.data(), copy.size()};
}

// Whether an answer with a status of success says so, too. `body` may be null.
inline bool says_success(const boost::json::object* body, std::string_view success_member) {
  return success_member.empty() || json_bool(body, success_member) == true;
}

// Reads the members access_token, token_type, expires_in, scope, refresh_token of `body`.
// False when there is no token, its lifetime is over, or the origin_member is no origin. Texts are
// copied into `arena`.
inline bool read_token_members(const boost::json::object* body, std::int64_t now_ms,
                               const TokenEndpoint& endpoint, Arena& arena, TokenAnswer& answer) {
  const auto value = json_text(body, "access_token");
  if (!value || value->empty()) return false;
  Token& token = answer.token;
  token.name = endpoint.token_name;
  token.value = arena.text(*value);
  const auto type = json_text(body, "token_type");
  token.type = type ? arena.text(*type) : "Bearer";
  if (const auto scope = json_text(body, "scope")) {
    token.scopes = words(trim(*scope), endpoint.scope_separator, arena);
    token.scopes_known = true;
  }
  if (const auto refresh = json_text(body, "refresh_token")) {
    answer.refresh_token = arena.text(*refresh);
  }
  if (const auto origin = json_text(body, endpoint.origin_member);
      origin && !endpoint.origin_member.empty()) {
    answer.host = arena.text(host_of_origin(*origin));
    if (answer.host.empty()) return false;
  }
  const std::int64_t seconds =
      json_integer(body, "expires_in").value_or(endpoint.default_lifetime_s);
  if (seconds < 0 || (seconds == 0 && json_member(body, "expires_in") != nullptr)) return false;
  token.expires_unix_ms = seconds == 0 ? 0 : expiry(now_ms, seconds);
  return true;
}

// Reads the answer of a token endpoint. Texts are copied into `arena`, where they outlast the step.
inline TokenAnswer read_token_answer(const Event& event, const Reply& reply,
                                     const TokenEndpoint& endpoint, Arena& arena) {
  TokenAnswer answer;
  if (!reply.arrived() || reply.status() == 429 || reply.status() >= 500) {
    answer.outcome = TokenOutcome::in_transit;
    return answer;
  }
  const JsonDocument document(reply.body(), {.max_bytes = endpoint.max_body, .max_depth = 16});
  const boost::json::object* body = document.object();
  if (!document.valid()) {
    answer.outcome = TokenOutcome::not_json;
  } else if (reply.ok() && says_success(body, endpoint.success_member)) {
    answer.outcome = read_token_members(body, event.unix_ms(), endpoint, arena, answer)
                         ? TokenOutcome::granted
                         : TokenOutcome::unexpected_answer;
  } else if (const auto code = json_text(body, "error");
             code && (reply.status() >= 400 || reply.ok())) {
    answer.outcome = TokenOutcome::refused;
    answer.refusal.code = arena.text(*code);
    answer.refusal.description = arena.text(json_text(body, "error_description").value_or(""));
    answer.refusal.uri = arena.text(json_text(body, "error_uri").value_or(""));
  } else {
    answer.outcome = TokenOutcome::unexpected_status;
  }
  return answer;
}

// Fails the flow for every outcome but granted and refused.
inline void fail_token_answer(Action& action, const TokenAnswer& answer, const Reply& reply,
                              std::string_view host) {
  switch (answer.outcome) {
    case TokenOutcome::in_transit:
      failed_in_transit(action, reply, host);
      break;
    case TokenOutcome::not_json:
      fail_not_json(action, reply, host);
      break;
    case TokenOutcome::unexpected_status:
      fail_unexpected_status(action, reply, host);
      break;
    default:
      fail_unexpected_answer(action, reply, host);
  }
}

// Where the client is the operator's, a refused client is theirs to mend and nobody else's: true
// when it was that, and the flow has failed so.
inline bool operators_client_refused(Action& action, const Refusal& refusal,
                                     std::string_view host) {
  if (refusal.code != "invalid_client" && refusal.code != "unauthorized_client") return false;
  action
      .fail(Failure::configuration, "error.oauth_client_refused",
            action.arena().text(host, " does not accept the operator's OAuth client."))
      .arg("host", host)
      .arg("code", refusal.code)
      .excerpt(refusal.description);
  return true;
}

// The standard error codes, for connectors without better texts. `used_before`: the credentials
// worked once, so that a refusal means that they were withdrawn.
inline Fail& fail_refused(Action& action, const Refusal& refusal, std::string_view host,
                          bool used_before, std::string_view id_field,
                          std::string_view secret_field) {
  const auto fail = [&](Failure failure, std::string_view id, std::string_view text) -> Fail& {
    return action.fail(failure, id, action.arena().text(host, " ", text))
        .arg("host", host)
        .arg("code", refusal.code)
        .excerpt(refusal.description);
  };
  const Failure credentials = used_before ? Failure::revoked : Failure::credentials;
  if (refusal.code == "invalid_client") {
    return fail(credentials, "error.oauth_invalid_client",
                "does not accept these client credentials.")
        .at(id_field);
  }
  if (refusal.code == "unauthorized_client") {
    return fail(credentials, "error.oauth_unauthorized_client",
                "does not allow this client to sign in this way.")
        .at(secret_field);
  }
  if (refusal.code == "invalid_grant") {
    return fail(credentials, "error.oauth_invalid_grant",
                "does not accept this authorization; it was used, withdrawn, or has ended.");
  }
  // The last four: the person was not asked (OpenID Connect Core, section 3.1.2.6).
  if (refusal.code == "access_denied" || refusal.code == "login_required" ||
      refusal.code == "interaction_required" || refusal.code == "consent_required" ||
      refusal.code == "account_selection_required") {
    return fail(credentials, "error.oauth_access_denied", "was not given the permission.");
  }
  if (refusal.code == "invalid_scope") {
    return fail(Failure::permission, "error.oauth_invalid_scope",
                "does not grant the permissions that were asked for.");
  }
  if (refusal.code == "server_error" || refusal.code == "temporarily_unavailable") {
    return fail(Failure::transient, "error.oauth_unavailable", "is not available at the moment.");
  }
  return fail(Failure::protocol, "error.oauth_refused", "refused the sign-in request.");
}

}  // namespace patchbay::sdk
