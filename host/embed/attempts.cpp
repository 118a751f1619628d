#include "embed/attempts.h"

#include "api/json_body.h"
#include "base/hash.h"
#include "base/json.h"
#include "embed/failure_answer.h"
#include "embed/session_token.h"

namespace patchbay::embed {
namespace {

using accounts::AttemptStatus;

constexpr std::string_view kAll = "/hub/connection_attempts";
constexpr std::string_view kOne = "/hub/connection_attempts/{id}";

std::string_view to_string(AttemptStatus status) {
  switch (status) {
    case AttemptStatus::kPending:
      return "pending";
    case AttemptStatus::kLinked:
      return "authenticated";
    case AttemptStatus::kFailed:
      return "error";
    case AttemptStatus::kCancelled:
      return "cancelled";
    case AttemptStatus::kExpired:
      break;
  }
  return "expired";
}

std::string attempt_json(const accounts::AttemptState& attempt, AttemptStatus status) {
  json::Writer out;
  out.begin_object().member("status", to_string(status)).key("account");
  if (status == AttemptStatus::kLinked)
    out.begin_object().member("id", attempt.account_id).end_object();
  else
    out.null();
  out.key("error");
  if (status == AttemptStatus::kFailed)
    out.begin_object()
        .member("code", attempt.error_code)
        .member("description", attempt.error_text)
        .end_object();
  else
    out.null();
  return out.end_object().take();
}

}  // namespace

void Attempts::add_routes(net::Router& router) {
  add(router, "POST", kAll, Sessions::kOpen, &Attempts::make);
  add(router, "GET", kOne, Sessions::kAny, &Attempts::look);
  add(router, "DELETE", kOne, Sessions::kAny, &Attempts::cancel);
  for (const auto path : {kAll, kOne}) add_preflight(router, origins_, path);
}

void Attempts::add(net::Router& router, std::string_view method, std::string_view pattern,
                   Sessions which, Handler handler) {
  router.add(method, pattern, [this, which, handler](net::Request& request) {
    return answer(which, handler, request);
  });
}

net::Task<net::Response> Attempts::answer(Sessions which, Handler handler, net::Request& request) {
  if (!origins_.allow(request)) co_return failure(request, foreign_origin());
  auto token = session_token(request);
  Result<Session> session = make_error(ErrorCode::kNotFound, "");
  if (!token)
    session = token.error();
  else if (which == Sessions::kOpen)
    session = co_await accounts_.find_session(*std::move(token));
  else
    session = co_await accounts_.find_session_in_any_state(*std::move(token));
  if (session && !is_for_component(*session)) session = not_for_component();
  auto response = session ? co_await (this->*handler)(request, *session)
                          : session_answer(request, session.error(), clock_.unix_ms());
  origins_.mark(request, response);
  co_return response;
}

net::Response Attempts::failure(const net::Request& request, const Error& error) const {
  return failure_answer(request, error, clock_.unix_ms());
}

net::Task<net::Response> Attempts::make(net::Request& request, const Session& session) {
  auto body = api::JsonBody::read(request);
  if (!body) co_return failure(request, body.error());
  const auto token = body->required_text("token");
  if (const auto problems = body->problems())
    co_return failure_answer(request, *problems, clock_.unix_ms());
  if (!constant_time_equal(sha256_hex(token), session.token_hash))
    co_return failure(request, make_error(ErrorCode::kNotFound,
                                          "The token is not the one of the session that asks."));
  const auto id = co_await accounts_.attempts().make(session);
  if (!id) co_return failure(request, id.error());
  json::Writer out;
  co_return net::json(out.begin_object().member("id", *id).end_object().take(), 201);
}

net::Task<net::Response> Attempts::look(net::Request& request, const Session& session) {
  const auto found = co_await accounts_.attempts().find(session, std::string(request.param("id")));
  if (!found) co_return failure(request, found.error());
  co_return net::json(
      attempt_json(found->state, accounts::status_of(found->state, session, clock_.unix_ms())));
}

net::Task<net::Response> Attempts::cancel(net::Request& request, const Session& session) {
  const auto cancelled =
      co_await accounts_.attempts().cancel(session, std::string(request.param("id")));
  if (!cancelled) co_return failure(request, cancelled.error());
  co_return net::empty();
}

}  // namespace patchbay::embed
