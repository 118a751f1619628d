#include "api/call_action.h"

#include <algorithm>

#include "net/trace_context.h"

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

template <class Reply>
using OutcomeOf = boost::system::result<Reply, ApiError>;

// The change sequence at which the party is still allowed to call.
Task<Result<std::int64_t>> allowed_now(CallDoor door, const net::Request& request,
                                       const Party& party) {
  if (party.who.key_id.empty()) co_return party.allowed_at;
  PATCHBAY_CO_TRY_ASSIGN(const auto caller, co_await door.keys.identify(request, Scope::kActions));
  co_return caller.read_at;
}

template <class Runner, class Call>
auto call_allowed(CallDoor door, Runner& runner, const net::Request& request, Party party,
                  Call call, std::string kind, std::string subject)
    -> Task<OutcomeOf<typename Runner::Outcome::value_type>> {
  call.project_id = party.project_id;
  call.allowed_at = party.allowed_at;
  const auto written =
      door.audit.append(audit::asked_by(party.who, {.kind = std::move(kind),
                                                    .project_id = call.project_id,
                                                    .account_id = call.account_id,
                                                    .subject = std::move(subject)}));
  if (!written) co_return audit_unavailable(written.error());
  const auto is_access_changed = [](const typename Runner::Outcome& outcome) {
    return !outcome && outcome.error().reason == actions::reason::kAccessChanged;
  };
  auto reply = co_await runner.run(call);
  for (int tried = 1; tried < kTries && is_access_changed(reply); ++tried) {
    const auto again = co_await allowed_now(door, request, party);
    if (!again) co_return api_error(again.error());
    call.allowed_at = *again;
    reply = co_await runner.run(call);
  }
  if (is_access_changed(reply)) co_return access_changed();
  if (!reply) co_return api_error(reply.error());
  co_return *std::move(reply);
}

LoggedRequest begun(const CallDoor& door, const net::Request& request, const Party& party,
                    std::string account_id) {
  LoggedRequest logged;
  logged.row.project_id = party.project_id;
  logged.row.request_id = request.id;
  logged.row.source = party.source;
  logged.row.api_key_id = party.who.key_id;
  logged.row.source_ip = request.peer_address;
  logged.row.account_id = std::move(account_id);
  logged.row.method = request.method;
  logged.row.path = request.path;
  logged.row.started = door.clock.unix_ms();
  logged.trace.bodies = door.logs.wants_bodies();
  logged.trace.parent = std::string(request.header(net::kTraceParent));
  return logged;
}

const std::string& body_of(const actions::ActionReply& reply) {
  return reply.data;
}

const std::string& body_of(const actions::RawReply& reply) {
  return reply.body;
}

unsigned status_of(const actions::ActionReply& /*reply*/) {
  return 200;
}

// What the provider said is the outcome, though the hub answers 200.
unsigned status_of(const actions::RawReply& reply) {
  return reply.status;
}

template <class Reply>
void record_end(const CallDoor& door, LoggedRequest logged, const OutcomeOf<Reply>& outcome) {
  logged.row.duration_ms = door.clock.unix_ms() - logged.row.started;
  logged.row.status = outcome ? status_of(*outcome) : outcome.error().status;
  if (!outcome) logged.row.error = outcome.error().code;
  if (logged.trace.bodies && outcome) logged.response_body = body_of(*outcome);
  door.logs.record(std::move(logged));
}

}  // namespace

Party party_of(const net::Request& request, const Caller& caller) {
  return {.project_id = caller.project_id,
          .who = asker(request, caller),
          .source = request.path == "/mcp" ? "mcp" : "api",
          .allowed_at = caller.read_at};
}

Task<ActionOutcome> call_action(CallDoor door, actions::ActionRunner& runner,
                                const net::Request& request, Party party,
                                actions::ActionCall call) {
  LoggedRequest logged = begun(door, request, party, call.account_id);
  logged.row.action_id = call.action_id;
  if (logged.trace.bodies) logged.request_body = call.input;
  call.trace = &logged.trace;
  std::string subject = call.action_id;
  const char* kind = call.dry_run ? "action.dry_run" : "action.called";
  auto outcome = co_await call_allowed(door, runner, request, std::move(party), std::move(call),
                                       kind, std::move(subject));
  record_end(door, std::move(logged), outcome);
  co_return outcome;
}

Task<RawOutcome> call_raw(CallDoor door, actions::RawCaller& raw, const net::Request& request,
                          Party party, actions::RawCall call) {
  LoggedRequest logged = begun(door, request, party, call.account_id);
  if (logged.trace.bodies) logged.request_body = call.body;
  call.trace = &logged.trace;
  std::string subject = audit_subject(call.target);
  auto outcome = co_await call_allowed(door, raw, request, std::move(party), std::move(call),
                                       "proxy.called", std::move(subject));
  record_end(door, std::move(logged), outcome);
  co_return outcome;
}

}  // namespace patchbay::api
