#pragma once
// Calls to providers for whoever called the hub: recorded in the audit log first, tried again when
// access (keys, accounts) was changed while one was under way, and kept in the log of requests.
// What REST and MCP share.
#include "actions/action_runner.h"
#include "actions/raw_caller.h"
#include "api/api_keys.h"
#include "api/errors.h"
#include "api/request_logs.h"
#include "audit/audit_log.h"

namespace patchbay::api {

// How often a call is tried when access is changed while it is under way.
inline constexpr int kTries = 3;

struct CallDoor {
  ApiKeys& keys;
  audit::AuditLog& audit;
  RequestLogs& logs;
  const Clock& clock;
};

using ActionOutcome = boost::system::result<actions::ActionReply, ApiError>;
using RawOutcome = boost::system::result<actions::RawReply, ApiError>;

// `call` without its project and `allowed_at`, which are the caller's. `request` outlives the task.
Task<ActionOutcome> call_action(CallDoor door, actions::ActionRunner& runner,
                                const net::Request& request, Caller caller,
                                actions::ActionCall call);
Task<RawOutcome> call_raw(CallDoor door, actions::RawCaller& raw, const net::Request& request,
                          Caller caller, actions::RawCall call);

}  // namespace patchbay::api
