#include "visits.h"

#include "accounts/waiting_flows.h"
#include "workload.h"

namespace patchbay::simulator {
namespace {

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMinute = 60 * kSecond;
// What the clocks of two hubs may differ by, and more.
constexpr std::int64_t kClocksDifferMs = 10 * kSecond;

accounts::ResumeRequest answer_of(const store::ConnectSession& session,
                                  const connector::FlowPause& pause, const std::string& code,
                                  bool errs) {
  accounts::ResumeRequest request;
  request.session = session;
  if (pause.is_redirect()) {
    request.query.push_back({"code", SecretString(code)});
    request.query.push_back({"state", SecretString(pause.redirect_state)});
  } else {
    request.form.secrets.push_back({"number", SecretString(errs ? "0815" : "4711")});
  }
  return request;
}

}  // namespace

void Visits::send_away(Person person, connector::FlowPause pause, std::int64_t since) {
  ++count_;
  world_.note(person.owner + " is waited for, session " + person.session.id);
  const bool in_two_windows = world_.dice.chance(0.2);
  if (in_two_windows) person.is_alone = false;
  const VisitPtr visit = std::make_shared<Visit>(Visit{std::move(person), std::move(pause), since});
  const auto takes = world_.dice.one_of({kSecond, 40 * kSecond, 4 * kMinute, 6 * kMinute});
  const bool gives_up = world_.dice.chance(0.1);
  if (world_.dice.chance(0.1)) return;  // they never come back
  for (int window = in_two_windows ? 2 : 1; window > 0; --window)
    world_.in(takes, [this, visit, gives_up] {
      auto* hub = any_hub_();
      if (hub == nullptr) return;
      hub->spawn(gives_up ? give_up(*hub, visit) : come_back(*hub, visit));
    });
}

bool Visits::is_in_time(const Visit& visit) const {
  return world_.now() < visit.since + accounts::kPatienceMs - kClocksDifferMs;
}

// As the page does before it shows what is asked for.
net::Task<> Visits::look(SimulatedHub& hub, VisitPtr visit) {
  const auto found = co_await hub.accounts().linker().waiting(visit->person.session);
  if (!found && found.error().code == ErrorCode::kConflict && visit->person.is_alone &&
      is_in_time(*visit))
    world_.violated("waits", visit->person.owner + " came back in time, and session " +
                                 visit->person.session.id + " waits for nobody");
}

net::Task<> Visits::come_back(SimulatedHub& hub, VisitPtr visit) {
  const auto& person = visit->person;
  const auto began = world_.now();
  co_await look(hub, visit);
  auto outcome = co_await hub.accounts().linker().resume(
      answer_of(person.session, visit->pause, person.code, person.errs));
  if (outcome.account) {
    ++linked_;
    world_.note("linked " + outcome.account->id + " with " + person.owner + " who came back");
    ledger_.acknowledged(outcome.account->id, person.owner, GrantKind::kSignedIn);
  } else if (outcome.waiting) {
    send_away(person, *std::move(outcome.waiting), began);
  } else {
    world_.note(person.owner + " came back for nothing: " + outcome_of(outcome.error));
  }
}

net::Task<> Visits::give_up(SimulatedHub& hub, VisitPtr visit) {
  co_await look(hub, visit);
  const auto done = co_await hub.accounts().linker().give_up(visit->person.session);
  world_.note(visit->person.owner + " gives up" + (done ? "" : ": " + outcome_of(done.error())));
}

}  // namespace patchbay::simulator
