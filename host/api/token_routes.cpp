// GET /accounts/{id}/access_token: the token itself, for applications that talk to the provider on
// their own. Needs a scope that no key has by default; every read is recorded first.
#include <algorithm>
#include <optional>

#include "api/api.h"
#include "api/api_response.h"
#include "api/call_action.h"
#include "api/optional_members.h"
#include "api/query_number.h"
#include "base/encoding.h"
#include "base/json.h"

namespace patchbay::api {
namespace {

constexpr std::int64_t kLongestValidity = 30LL * 24 * 3600;

}  // namespace

Task<net::Response> Api::read_token(net::Request& request, const Caller& caller) {
  const auto validity = query_number(request.query, "min_ttl", 0, 0, kLongestValidity);
  if (!validity) co_return problem_error(api_error(validity.error()), request);
  if (auto answer = co_await try_read_token(request, caller, *validity * 1000))
    co_return *std::move(answer);
  for (int tried = 1; tried < kTries; ++tried) {
    const auto again = co_await keys_.identify(request, Scope::kTokens);
    if (!again) co_return problem_error(api_error(again.error()), request);
    if (auto answer = co_await try_read_token(request, *again, *validity * 1000))
      co_return *std::move(answer);
  }
  co_return problem_error(access_changed(), request);
}

Task<std::optional<net::Response>> Api::try_read_token(net::Request& request, const Caller& caller,
                                                       std::int64_t validity_ms) {
  const auto failed = [&request](const Error& why) {
    return std::optional(problem_error(api_error(why), request));
  };
  const std::string account_id(request.param("id"));
  const auto token = co_await tokens_.token(caller.project_id, account_id,
                                            request.query.get_or("name", ""), validity_ms);
  if (!token && token.error().code == ErrorCode::kForbidden)
    co_return std::optional(problem_error(
        api_error(412, std::string(actions::reason::kAccountSuspended), token.error().message),
        request));
  if (!token) co_return failed(token.error());
  if (!is_valid_utf8(token->value.reveal()))
    co_return failed(make_error(ErrorCode::kProtocol, "The token is not text."));
  if (const auto written =
          audit_.append(audit::asked_by(asker(request, caller), {.kind = "access_token.read",
                                                                 .project_id = caller.project_id,
                                                                 .account_id = account_id,
                                                                 .subject = token->name}));
      !written)
    co_return problem_error(audit_unavailable(written.error()), request);
  json::Writer out;
  out.begin_object()
      .member("account_id", account_id)
      .member("name", token->name)
      .member("token_type", token->type)
      .member("scopes", token->scopes);
  write_time_or_null(out, "expires_at", token->expires_unix_ms);
  auto answer = secret_json(out.end_object().take(), "access_token", token->value.reveal());
  // The last thing before it leaves: this process may have been frozen at any line above.
  if (!options_.services.instance.may_serve(std::min(caller.read_at, token->read_at)))
    co_return std::nullopt;
  co_return answer;
}

}  // namespace patchbay::api
