// GET /accounts/{id}/access_token: the token itself, for applications that talk to the provider on
// their own. Needs a scope that no key has by default; every read is recorded first.
//
// Usually key and token are in memory, and then the answer is made at once: without a coroutine,
// without the database, and without asking the heap (tests/heap). Whatever else is to be done or
// said takes the other way, and finds what the first one found.
#include <algorithm>
#include <optional>

#include "api/api.h"
#include "api/call_action.h"
#include "api/query_number.h"
#include "base/encoding.h"
#include "base/json_text.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kLongestValidity = 30LL * 24 * 3600;

Result<std::int64_t> wanted_validity_ms(const net::Request& request) {
  PATCHBAY_TRY_ASSIGN(const auto seconds,
                      query_number(request.query, "min_ttl", 0, 0, kLongestValidity));
  return seconds * 1000;
}

// Its texts keep their memory from one read to the next.
const audit::AuditEvent& event_of(const net::Request& request, const Caller& caller,
                                  std::string_view token_name) {
  thread_local audit::AuditEvent event;
  event.kind = "access_token.read";
  event.project_id = caller.project_id;
  event.account_id = request.param("id");
  event.subject = token_name;
  event.key_id = caller.key_id;
  event.request_id = request.id;
  event.peer = request.peer_address;
  return event;
}

void write_token(std::string_view account_id, const accounts::HeldToken& token,
                 net::Response& answer) {
  answer.secret = true;
  answer.headers.set("Content-Type", "application/json");
  answer.headers.set("Cache-Control", "no-store");
  answer.headers.set("Pragma", "no-cache");
  json::ObjectText out(answer.body);
  out.member("account_id", account_id)
      .member("name", token.name)
      .member("token_type", token.type)
      .member("scopes", token.scopes);
  if (token.expires_unix_ms == 0) {
    out.null("expires_at");
  } else {
    out.time("expires_at", token.expires_unix_ms);
  }
  constexpr std::string_view kName = "access_token";
  const std::string_view secret = token.value.reveal();
  // At once, so that growth leaves no copy behind.
  answer.body.reserve(answer.body.size() + kName.size() + json::text_size(secret) + 8);
  out.member(kName, secret).end();
}

}  // namespace

// What the other way would refuse or has to wait for is left to it.
bool Api::read_held_token(net::Request& request, net::Response& answer) {
  const auto caller = keys_.known(request, Scope::kTokens);
  const auto validity = wanted_validity_ms(request);
  if (!caller || !validity) return false;
  const auto token = tokens_.held(caller->project_id, request.param("id"),
                                  request.query.get("name").value_or(""), *validity);
  if (!token || !is_valid_utf8(token->value.reveal())) return false;
  if (const auto written = hand_out(request, *caller, *token, answer); !written) {
    answer = problem_error(audit_unavailable(written.error()), request);
    return true;
  }
  // As in try_read_token().
  return options_.services.instance.may_serve(std::min(caller->read_at, token->read_at));
}

// Recorded before it is there to be given. Whether it may still be served is to be asked behind it.
Result<> Api::hand_out(const net::Request& request, const Caller& caller,
                       const accounts::HeldToken& token, net::Response& answer) {
  PATCHBAY_TRY(audit_.append(event_of(request, caller, token.name)));
  write_token(request.param("id"), token, answer);
  return {};
}

Task<net::Response> Api::read_token(net::Request& request, const Caller& caller) {
  const auto validity = wanted_validity_ms(request);
  if (!validity) co_return problem_error(api_error(validity.error()), request);
  if (auto answer = co_await try_read_token(request, caller, *validity))
    co_return *std::move(answer);
  for (int tried = 1; tried < kTries; ++tried) {
    const auto again = co_await keys_.identify(request, Scope::kTokens);
    if (!again) co_return problem_error(api_error(again.error()), request);
    if (auto answer = co_await try_read_token(request, *again, *validity))
      co_return *std::move(answer);
  }
  co_return problem_error(access_changed(), request);
}

Task<std::optional<net::Response>> Api::try_read_token(net::Request& request, const Caller& caller,
                                                       std::int64_t validity_ms) {
  const auto failed = [&request](const Error& why) {
    return std::optional(problem_error(api_error(why), request));
  };
  const auto token = co_await tokens_.token(caller.project_id, std::string(request.param("id")),
                                            request.query.get_or("name", ""), validity_ms);
  if (!token && token.error().code == ErrorCode::kForbidden)
    co_return std::optional(problem_error(
        api_error(412, std::string(actions::reason::kAccountSuspended), token.error().message),
        request));
  if (!token) co_return failed(token.error());
  if (!is_valid_utf8(token->value.reveal()))
    co_return failed(make_error(ErrorCode::kProtocol, "The token is not text."));
  net::Response answer;
  const accounts::HeldToken held{token->name,   token->value,  token->type, token->expires_unix_ms,
                                 token->scopes, token->read_at};
  if (const auto written = hand_out(request, caller, held, answer); !written)
    co_return problem_error(audit_unavailable(written.error()), request);
  // The last thing before it leaves: this process may have been frozen at any line above.
  if (!options_.services.instance.may_serve(std::min(caller.read_at, token->read_at)))
    co_return std::nullopt;
  co_return answer;
}

}  // namespace patchbay::api
