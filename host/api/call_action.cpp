#include "api/call_action.h"

#include <algorithm>

namespace patchbay::api {
namespace {

constexpr std::size_t kMaxSubject = 200;

// Host and path alone: a query may hold personal data, and what else a base address may hold is
// refused later.
std::string audit_subject(const actions::RawTarget& target) {
  const auto base = manifest::parse_https_url(target.base);
  std::string subject = target.method + " " + (base ? base->host : "") +
                        target.path.substr(0, target.path.find_first_of("?#"));
  subject.resize(std::min(subject.size(), kMaxSubject));
  return subject;
}

template <class Runner, class Call>
auto call_allowed(CallDoor door, Runner& runner, const net::Request& request, Caller caller,
                  Call call, std::string kind, std::string subject)
    -> Task<boost::system::result<typename Runner::Outcome::value_type, ApiError>> {
  call.project_id = caller.project_id;
  call.allowed_at = caller.read_at;
  const auto written =
      door.audit.append(audit::asked_by(asker(request, caller), {.kind = std::move(kind),
                                                                 .project_id = call.project_id,
                                                                 .account_id = call.account_id,
                                                                 .subject = std::move(subject)}));
  if (!written) co_return audit_unavailable(written.error());
  const auto is_access_changed = [](const typename Runner::Outcome& outcome) {
    return !outcome && outcome.error().reason == actions::reason::kAccessChanged;
  };
  auto reply = co_await runner.run(call);
  for (int tried = 1; tried < kTries && is_access_changed(reply); ++tried) {
    const auto again = co_await door.keys.identify(request, Scope::kActions);
    if (!again) co_return api_error(again.error());
    call.allowed_at = again->read_at;
    reply = co_await runner.run(call);
  }
  if (is_access_changed(reply)) co_return access_changed();
  if (!reply) co_return api_error(reply.error());
  co_return *std::move(reply);
}

}  // namespace

Task<ActionOutcome> call_action(CallDoor door, actions::ActionRunner& runner,
                                const net::Request& request, Caller caller,
                                actions::ActionCall call) {
  std::string subject = call.action_id;
  return call_allowed(door, runner, request, std::move(caller), std::move(call), "action.called",
                      std::move(subject));
}

Task<RawOutcome> call_raw(CallDoor door, actions::RawCaller& raw, const net::Request& request,
                          Caller caller, actions::RawCall call) {
  std::string subject = audit_subject(call.target);
  return call_allowed(door, raw, request, std::move(caller), std::move(call), "proxy.called",
                      std::move(subject));
}

}  // namespace patchbay::api
