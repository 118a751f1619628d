#include "cli/action_calls.h"

#include "api/errors.h"
#include "cli/actor.h"

namespace patchbay::cli {

ActionCalls::ActionCalls(Hub& hub)
    : hub_(hub),
      tokens_(hub.keeper()),
      runner_(hub.services(), tokens_),
      logs_(hub.services(), api::LogBodies::kOff) {}

actions::ActionRunner::Outcome ActionCalls::run(actions::ActionCall call) {
  call.project_id = hub_.project_id();
  auto logged = begun(call);
  const auto written = hub_.audit().append(
      audit::asked_by({.request_id = logged.row.request_id, .actor = actor()},
                      {.kind = call.dry_run ? "action.dry_run" : "action.called",
                       .project_id = call.project_id,
                       .account_id = call.account_id,
                       .subject = call.action_id}));
  if (!written) return actions::ActionError(written.error());
  call.trace = &logged.trace;
  auto outcome = hub_.loops().block_on(runner_.run(std::move(call)));
  log(std::move(logged), outcome);
  return outcome;
}

api::LoggedRequest ActionCalls::begun(const actions::ActionCall& call) {
  api::LoggedRequest logged;
  logged.row.project_id = call.project_id;
  logged.row.request_id = hub_.random().id("cli_");
  logged.row.source = "cli";
  logged.row.account_id = call.account_id;
  logged.row.action_id = call.action_id;
  logged.row.path = "patchbay actions run";
  logged.row.started = hub_.clock().unix_ms();
  return logged;
}

void ActionCalls::log(api::LoggedRequest logged, const actions::ActionRunner::Outcome& outcome) {
  logged.row.duration_ms = hub_.clock().unix_ms() - logged.row.started;
  logged.row.status = outcome ? 200 : api::api_error(outcome.error()).status;
  if (!outcome) logged.row.error = outcome.error().reason;
  logs_.record(std::move(logged));
  hub_.loops().block_on(logs_.flush());
}

}  // namespace patchbay::cli
