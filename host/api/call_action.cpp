#include "api/call_action.h"

namespace patchbay::api {
namespace {

bool is_access_changed(const actions::ActionRunner::Outcome& outcome) {
  return !outcome && outcome.error().reason == actions::reason::kAccessChanged;
}

}  // namespace

Task<CallOutcome> call_action(ActionDoor door, const net::Request& request, Caller caller,
                              actions::ActionCall call) {
  call.project_id = caller.project_id;
  call.allowed_at = caller.read_at;
  const auto written = door.audit.append({.kind = "action.called",
                                          .project_id = call.project_id,
                                          .account_id = call.account_id,
                                          .subject = call.action_id,
                                          .key_id = caller.key_id,
                                          .request_id = request.id,
                                          .peer = request.peer_address});
  if (!written) co_return audit_unavailable(written.error());
  auto reply = co_await door.runner.run(call);
  for (int tried = 1; tried < kTries && is_access_changed(reply); ++tried) {
    const auto again = co_await door.keys.identify(request, Scope::kActions);
    if (!again) co_return api_error(again.error());
    call.allowed_at = again->read_at;
    reply = co_await door.runner.run(call);
  }
  if (is_access_changed(reply)) co_return access_changed();
  if (!reply) co_return api_error(reply.error());
  co_return *std::move(reply);
}

}  // namespace patchbay::api
