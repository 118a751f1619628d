#pragma once
// Calls to providers for whoever called the hub: recorded in the audit log first, tried again when
// access (keys, accounts) was changed while one was under way, and kept in the log of requests.
// What REST, MCP and the pages share.
#include <limits>
#include <string>

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

// Who calls: an application by its key, or a person who is signed in.
struct Party {
  std::string project_id;
  audit::Asker who;    // without a key: a person
  std::string source;  // RequestLog::source
  // The change sequence at which a key was valid. A person's session is checked by the pages.
  std::int64_t allowed_at = std::numeric_limits<std::int64_t>::max();
};
Party party_of(const net::Request& request, const Caller& caller);

// `call` without its project and `allowed_at`, which are the party's. `request` outlives the task.
Task<ActionOutcome> call_action(CallDoor door, actions::ActionRunner& runner,
                                const net::Request& request, Party party, actions::ActionCall call);
Task<RawOutcome> call_raw(CallDoor door, actions::RawCaller& raw, const net::Request& request,
                          Party party, actions::RawCall call);

}  // namespace patchbay::api
