#include "api/errors.h"

#include <algorithm>
#include <array>

#include "base/iso_time.h"
#include "base/json.h"
#include "base/log.h"

namespace patchbay::api {
namespace {

namespace reason = actions::reason;

constexpr std::array<std::string_view, 7> kStackOneRoots = {
    "accounts", "actions", "connect_sessions", "connectors", "hub", "requests", "unified"};
constexpr std::array<std::string_view, 10> kOwnRoots = {
    "api_keys", "events",       "healthz", "in",     "integrations",
    "mcp",      "openapi.json", "owners",  "readyz", "webhooks"};

std::string_view root_of(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

template <class Roots>
bool is_one_of(const Roots& roots, std::string_view path) {
  return std::find(roots.begin(), roots.end(), root_of(path)) != roots.end();
}

// Reasons whose status is not their code's.
unsigned status_of(const actions::ActionError& error) {
  // 412 is what StackOne answers for accounts whose integration is switched off.
  if (error.reason == reason::kAccountSuspended || error.reason == reason::kIntegrationDisabled)
    return 412;
  if (error.reason == reason::kNotSupported) return 501;
  if (error.reason == reason::kProviderCircuitOpen || error.reason == reason::kFilesUnderWay ||
      error.reason == reason::kStreamsUnderWay)
    return 503;
  if (error.provider && error.code == ErrorCode::kUnavailable) return 502;
  return http_status(error.code);
}

// [{status, url, raw, headers}], where clients insist that raw is an object.
std::string provider_errors(const actions::ProviderAnswer& answer) {
  json::Writer out;
  out.begin_array().begin_object();
  out.member("status", static_cast<std::int64_t>(answer.status)).member("url", answer.url);
  out.key("raw");
  if (answer.is_json) {
    out.raw(answer.text);
  } else {
    out.begin_object().member("text", answer.text).end_object();
  }
  out.key("headers").begin_object();
  for (const auto& [name, value] : answer.headers) out.member(name, value);
  out.end_object();
  return out.end_object().end_array().take();
}

void write_details(json::Writer& out, const ApiError& error) {
  if (!error.field.empty()) out.member("field", error.field);
  if (!error.problems.empty()) {
    out.key("problems").begin_array();
    for (const auto& problem : error.problems)
      out.begin_object()
          .member("pointer", problem.pointer)
          .member("rule", problem.rule)
          .member("message", problem.message)
          .end_object();
    out.end_array();
  }
  if (!error.missing.empty()) {
    out.key(error.missing_is_certain ? "missing_permissions" : "likely_missing_permissions");
    out.begin_array();
    for (const auto& permission : error.missing) out.string(permission);
    out.end_array();
  }
  if (error.may_be_done) out.member("may_be_done", true);
  if (!error.trace_id.empty()) out.member("provider_trace_id", error.trace_id);
}

void add_headers(const ApiError& error, net::Response& response) {
  if (error.retry_after_ms > 0)
    response.with("Retry-After", std::to_string((error.retry_after_ms + 999) / 1000));
  // Not Basic, though that is taken too: browsers would ask the person for a password.
  if (error.status == 401) response.with("WWW-Authenticate", "Bearer realm=\"patchbay\"");
}

// In place of messages that name paths, hosts or statements; empty: the message is for the caller.
std::string_view message_for_strangers(ErrorCode code) {
  switch (code) {
    case ErrorCode::kStorage:
      return "The hub can't reach or change its data at the moment. Try again later; its operator "
             "finds the reason in the log.";
    case ErrorCode::kOutcomeUnknown:
      return "The hub lost its database in the middle of this, and can't tell whether it was done. "
             "Look before you try again; its operator finds the reason in the log.";
    case ErrorCode::kInternal:
      return "Something went wrong inside the hub. Its operator finds the reason in the log, under "
             "this request's id.";
    default:
      return {};
  }
}

ApiError plain(const Error& error, unsigned status) {
  ApiError out;
  out.status = status;
  out.code = to_string(error.code);
  out.message = error.message;
  out.field = error.field;
  if (!error.permission.empty()) out.missing = {error.permission};
  out.retry_after_ms = error.retry_after_ms;
  if (const auto kept_back = message_for_strangers(error.code); !kept_back.empty()) {
    log::error("api", "failed", {{"code", out.code}, {"error", error.message}});
    out.message = kept_back;
  }
  return out;
}

}  // namespace

unsigned http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kForbidden:
      return 403;
    case ErrorCode::kExpired:
      return 410;
    case ErrorCode::kInvalidCredentials:
      return 422;
    case ErrorCode::kPermissionMissing:
      return 403;
    case ErrorCode::kRevoked:
      return 422;
    case ErrorCode::kRateLimited:
      return 429;
    case ErrorCode::kUnavailable:
      return 502;
    case ErrorCode::kTimeout:
      return 504;
    case ErrorCode::kProtocol:
      return 502;
    case ErrorCode::kConfiguration:
      return 409;
    case ErrorCode::kConnector:
      return 502;
    case ErrorCode::kStorage:
    case ErrorCode::kOutcomeUnknown:
      return 503;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kCancelled:
      return 503;
    case ErrorCode::kInternal:
      break;
  }
  return 500;
}

ApiError api_error(const Error& error) {
  return plain(error, http_status(error.code));
}

ApiError api_error(const actions::ActionError& error) {
  ApiError out = plain(error, status_of(error));
  out.code = error.reason;
  out.problems = error.problems;
  out.missing = error.missing;
  out.missing_is_certain = error.missing_is_certain;
  out.may_be_done = error.may_be_done;
  if (error.provider) {
    out.provider_errors = provider_errors(*error.provider);
    out.trace_id = error.provider->trace_id;
  }
  return out;
}

ApiError api_error(unsigned status, std::string code, std::string message) {
  ApiError out;
  out.status = status;
  out.code = std::move(code);
  out.message = std::move(message);
  return out;
}

net::Response stackone_error(const ApiError& error, const net::Request& request,
                             std::int64_t now_ms) {
  json::Writer out;
  out.begin_object()
      .member("statusCode", static_cast<std::int64_t>(error.status))
      .member("message", error.message)
      .member("timestamp", iso_time(now_ms))
      .key("provider_errors")
      .raw(error.provider_errors)
      .member("code", error.code)
      .member("request_id", request.id);
  write_details(out, error);
  auto response = net::json(out.end_object().take(), error.status);
  add_headers(error, response);
  return response;
}

net::Response problem_error(const ApiError& error, const net::Request& request) {
  json::Writer out;
  out.begin_object()
      .member("type", "about:blank")
      .member("title", net::status_text(error.status))
      .member("status", static_cast<std::int64_t>(error.status))
      .member("detail", error.message)
      .member("code", error.code)
      .member("request_id", request.id);
  write_details(out, error);
  auto response = net::problem_json(out.end_object().take(), error.status);
  add_headers(error, response);
  return response;
}

bool is_api_path(std::string_view path) {
  return is_one_of(kStackOneRoots, path) || is_one_of(kOwnRoots, path);
}

net::Response error_for_path(const net::Request& request, unsigned status, std::int64_t now_ms) {
  ApiError error;
  error.status = status;
  switch (status) {
    case 404:
      error.code = "route_unknown";
      error.message = "There is nothing at this address.";
      break;
    case 405:
      error.code = "method_not_allowed";
      error.message = "This address does not answer to " + request.method + ".";
      break;
    case 413:
      error.code = to_string(ErrorCode::kTooLarge);
      error.message = "The request is larger than the hub takes: a body may have 1 MiB.";
      break;
    default:
      error.code = status >= 500 ? "internal" : "invalid_argument";
      error.message = status >= 500 ? "Something went wrong inside the hub. Its operator finds the "
                                      "reason in the log, under this request's id."
                                    : std::string(net::status_text(status)) + ".";
  }
  return is_one_of(kStackOneRoots, request.path) ? stackone_error(error, request, now_ms)
                                                 : problem_error(error, request);
}

ApiError audit_unavailable(const Error& why) {
  log::error("api", "not_recorded", {{"error", why.message}});
  ApiError error =
      api_error(503, "audit_unavailable",
                "The hub can't record this at the moment, so it hands out nothing. Try "
                "again later; its operator finds the reason in the log.");
  error.retry_after_ms = 1'000;
  return error;
}

ApiError account_missing() {
  return api_error(make_error(ErrorCode::kInvalidArgument,
                              "Say for which account: put its id into the header x-account-id.",
                              "x-account-id"));
}

ApiError access_changed() {
  ApiError error = api_error(503, "access_changed",
                             "Access was changed while this was under way, again and again. Try "
                             "again.");
  error.retry_after_ms = 1'000;
  return error;
}

}  // namespace patchbay::api
