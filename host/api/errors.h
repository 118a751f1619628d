#pragma once
// Errors as the API tells them: HTTP status, a stable code, a text for people, and what the
// provider said. StackOne's paths have them as their clients need them, ours as problem+json
// (RFC 9457).
#include <cstdint>
#include <string>
#include <vector>

#include "actions/action_error.h"
#include "base/result.h"
#include "net/http_types.h"

namespace patchbay::api {

struct ApiError {
  unsigned status = 500;
  std::string code = "internal";
  std::string message;
  std::string field;                 // JSON pointer or name; empty: none
  std::vector<std::string> missing;  // permissions
  bool missing_is_certain = false;
  bool may_be_done = false;  // in part: it failed behind a request that changed something
  manifest::Problems problems;
  std::string provider_errors = "[]";  // JSON
  std::string trace_id;                // the provider's
  std::int64_t retry_after_ms = 0;
};

unsigned http_status(ErrorCode code);

// Details of faults that are ours (internal, storage) stay in the log.
ApiError api_error(const Error& error);
ApiError api_error(const actions::ActionError& error);
ApiError api_error(unsigned status, std::string code, std::string message);
// For what could not be recorded, and is therefore not done or handed out: 503. `why` is logged.
ApiError audit_unavailable(const Error& why);
// A call that does not say for which account: 400.
ApiError account_missing();
// Access was changed while a call was under way, as often as it was tried: 503.
ApiError access_changed();

// {statusCode, message, timestamp, provider_errors, code, request_id, ...}, application/json.
net::Response stackone_error(const ApiError& error, const net::Request& request,
                             std::int64_t now_ms);
net::Response problem_error(const ApiError& error, const net::Request& request);

// For routers and servers: the answer to 404, 405 and 500 in the form that the path calls for.
net::Response error_for_path(const net::Request& request, unsigned status, std::int64_t now_ms);
// Whether the path belongs to the API at all; pages make their own errors.
bool is_api_path(std::string_view path);

}  // namespace patchbay::api
