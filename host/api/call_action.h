#pragma once
// An action, run for whoever called: recorded in the audit log first, and tried again when access
// (keys, accounts) was changed while it was under way. What REST and MCP share.
#include "actions/action_runner.h"
#include "api/api_keys.h"
#include "api/errors.h"
#include "audit/audit_log.h"

namespace patchbay::api {

// How often a call is tried when access is changed while it is under way.
inline constexpr int kTries = 3;

struct ActionDoor {
  ApiKeys& keys;
  actions::ActionRunner& runner;
  audit::AuditLog& audit;
};

using CallOutcome = boost::system::result<actions::ActionReply, ApiError>;

// `call` without its project and `allowed_at`, which are the caller's. `request` outlives the task.
Task<CallOutcome> call_action(ActionDoor door, const net::Request& request, Caller caller,
                              actions::ActionCall call);

}  // namespace patchbay::api
