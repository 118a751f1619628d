#include "embed/failure_answer.h"

#include "base/iso_time.h"
#include "base/json.h"
#include "web/failure_words.h"

namespace patchbay::embed {
namespace {

constexpr std::size_t kMostOfAnAnswer = 4096;  // of the provider's

unsigned status_for_component(unsigned status) {
  return status == 401 || status == 403 ? 422 : status;
}

net::Response answer(const net::Request& request, const api::ApiError& what,
                     const std::string& provider_answer, std::int64_t now_ms) {
  json::Writer out;
  const auto status = status_for_component(what.status);
  out.begin_object()
      .member("statusCode", static_cast<std::int64_t>(status))
      .member("message", what.message)
      .member("timestamp", iso_time(now_ms))
      .member("code", what.code)
      .member("request_id", request.id);
  if (!provider_answer.empty())
    out.member("provider_response", provider_answer.substr(0, kMostOfAnAnswer));
  auto response = net::json(out.end_object().take(), status);
  if (what.retry_after_ms > 0)
    response.with("Retry-After", std::to_string((what.retry_after_ms + 999) / 1000));
  return response;
}

}  // namespace

net::Response session_answer(const net::Request& request, const Error& error, std::int64_t now_ms) {
  auto what = api::api_error(error);
  // A link that was used is as much over as one that expired.
  if (error.code == ErrorCode::kConflict)
    what = api::api_error(make_error(ErrorCode::kExpired, error.message));
  return answer(request, what, {}, now_ms);
}

net::Response failure_answer(const net::Request& request, const Error& error, std::int64_t now_ms) {
  return answer(request, api::api_error(error), {}, now_ms);
}

net::Response failure_answer(const net::Request& request, const actions::ActionError& error,
                             std::int64_t now_ms) {
  return answer(request, api::api_error(error), {}, now_ms);
}

net::Response failure_answer(const net::Request& request, const manifest::Manifest& manifest,
                             const manifest::AuthMethod& method,
                             const accounts::LinkOutcome& outcome, std::int64_t now_ms) {
  auto what = api::api_error(outcome.error);
  what.message = web::failure_text(manifest, method, outcome, web::language_of(request));
  return answer(request, what, outcome.error.provider_answer, now_ms);
}

}  // namespace patchbay::embed
