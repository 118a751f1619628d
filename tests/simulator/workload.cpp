#include "workload.h"

#include <utility>

namespace patchbay::simulator {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr int kOwners = 5;
constexpr std::size_t kMostAccounts = 8;
constexpr int kTries = 3;
constexpr int kCallsOfABusyOne = 12;
constexpr std::int64_t kBusyMs = 3'000;
// More than a provider's token endpoint takes in a minute, and as many calls as show whether
// retries are counted.
constexpr int kRushedTokens = 170;
constexpr int kRushedCalls = 40;
constexpr int kCallsAtOnce = 3;

}  // namespace

accounts::FormInput form_of(const Grant& grant, bool with_wrong_secret) {
  accounts::FormInput form;
  if (grant.kind == GrantKind::kSignedIn) {
    form.values.push_back({"company", "Simulated"});
  } else if (grant.kind == GrantKind::kCredentials) {
    form.values.push_back({"client_id", grant.client_id});
    form.secrets.push_back(
        {"client_secret", SecretString(with_wrong_secret ? "wrong" : grant.secret)});
  } else {
    form.secrets.push_back({"code", SecretString(with_wrong_secret ? "wrong" : grant.client_id)});
  }
  return form;
}

std::string outcome_of(const Error& error) {
  return std::string(to_string(error.code)) + " (" + error.message + ")";
}

WorkloadCounts Workload::counts() const {
  auto all = counts_;
  all.linked += visits_.linked();
  all.waited = visits_.count();
  return all;
}

int Workload::new_grant(GrantKind kind) {
  const auto lifetime = world_.dice.one_of({30 * kMinute, 6 * kHour, 24 * kHour, 24 * kHour});
  auto& grant = book_.add_grant(kind, lifetime);
  grant.may_read = !world_.dice.chance(0.05);
  return grant.id;
}

void Workload::begin_something(SimulatedHub& hub) {
  const auto linked = ledger_.linked();
  const auto what = world_.dice.between(0, 99);
  if (linked.size() < 2 || (what < 8 && linked.size() < kMostAccounts)) return begin_link(hub);
  auto candidates = linked;
  const auto& account = world_.dice.one_of(candidates);
  if (what < 14) return begin_reconnect(hub, account);
  if (what < 20) {
    if (world_.dice.chance(0.5)) go_on_using(account);
    return hub.spawn(suspend(hub, account));
  }
  if (what < 32) return hub.spawn(resume(hub, account));
  if (what < 37) return hub.spawn(unlink(hub, account));
  if (what < 42) return hub.spawn(refresh(hub, account));
  if (what < 50 && ledger_.find(account)->kind == GrantKind::kCredentials)
    return hub.spawn(call(hub, account));
  // Several at once, of which one refreshes and the others wait.
  const auto at_once = world_.dice.chance(0.2) ? 3 : 1;
  for (int i = 0; i < at_once; ++i) hub.spawn(use(hub, account));
}

void Workload::begin_link(SimulatedHub& hub) {
  const auto owner = "owner-" + std::to_string(world_.dice.between(1, kOwners));
  const auto kind =
      world_.dice.one_of({GrantKind::kCredentials, GrantKind::kCredentials, GrantKind::kRotating,
                          GrantKind::kGrace, GrantKind::kSignedIn});
  hub.spawn(link(hub, {.owner = owner,
                       .grant = new_grant(kind),
                       .errs = world_.dice.chance(0.05),
                       .cancels = world_.dice.chance(0.15)}));
}

void Workload::begin_reconnect(SimulatedHub& hub, const std::string& account_id) {
  const auto& known = *ledger_.find(account_id);
  hub.spawn(link(hub, {.owner = known.owner,
                       .grant = new_grant(known.kind),
                       .account_id = account_id,
                       .errs = world_.dice.chance(0.05),
                       .cancels = world_.dice.chance(0.2)}));
}

void Workload::go_on_using(const std::string& account_id) {
  for (int i = 0; i < kCallsOfABusyOne; ++i) {
    world_.in(world_.dice.between(0, kBusyMs), [this, account_id] {
      auto* const hub = any_hub_();
      if (hub != nullptr) begin_use(*hub, account_id);
    });
  }
}

Workload::Task Workload::link(SimulatedHub& hub, Link what) {
  const auto& grant = book_.grant(what.grant);
  const auto kind = grant.kind;
  const auto code = grant.client_id;
  const auto began = world_.now();
  accounts::LinkRequest request;
  request.connector_id = connector_of(kind);
  request.form = form_of(grant, what.errs);
  request.cancel = connector::make_cancel_flag();
  request.has_browser = true;
  request.redirect_uri = "https://hub.example/connect/return";
  world_.note("life " + std::to_string(hub.life()) + ": link " + what.owner + " to " +
              request.connector_id + " with grant " + std::to_string(what.grant) +
              (what.account_id.empty() ? "" : ", reconnecting " + what.account_id));
  auto session = co_await hub.accounts().create_session({.project_id = std::string(kProject),
                                                         .owner_id = what.owner,
                                                         .owner_name = "Owner",
                                                         .username = {},
                                                         .connector_id = request.connector_id,
                                                         .integration_id = {},
                                                         .account_id = what.account_id,
                                                         .multiple = false,
                                                         .type = store::AccountType::kProduction,
                                                         .label = {}});
  if (!session) co_return;
  request.session = session->session;
  ledger_.attempted(what.owner, what.grant);
  if (what.cancels)
    world_.in(world_.dice.between(0, 900), [flag = request.cancel] { flag->store(true); });
  auto outcome = co_await hub.accounts().link(std::move(request));
  if (outcome.account) {
    ++counts_.linked;
    world_.note("linked " + outcome.account->id);
    ledger_.acknowledged(outcome.account->id, what.owner, kind);
  } else if (outcome.waiting) {
    visits_.send_away({std::move(session->session), what.owner, code, what.errs},
                      *std::move(outcome.waiting), began);
  } else {
    ++counts_.not_linked;
    world_.note("not linked: " + outcome_of(outcome.error));
  }
}

std::string Workload::token_name(const std::string& account_id) {
  if (ledger_.find(account_id)->kind != GrantKind::kCredentials) return "main";
  return world_.dice.chance(0.2) ? "v1" : "v2";
}

Workload::Task Workload::use(SimulatedHub& hub, std::string account_id) {
  const auto name = token_name(account_id);
  const auto validity =
      world_.dice.one_of({std::int64_t{0}, 10 * std::int64_t{1'000}, 10 * kMinute, 2 * kHour});
  const std::string project(kProject);
  auto token = co_await hub.keeper().token(project, account_id, name, validity);
  for (int again = 1; again < kTries && token && !is_served(hub, account_id, *token); ++again)
    token = co_await hub.keeper().token(project, account_id, name, validity);
  if (token) {
    const auto* minted = book_.find(token->value.reveal());
    if (minted != nullptr && !minted->is_alive(world_.now())) {
      // The provider's 401 to whoever used it.
      insist(account_id);
      token = co_await hub.keeper().replace_refused(project, account_id, name, token->value.copy());
      if (token) (void)is_served(hub, account_id, *token);
    }
  }
  ++(token ? counts_.served : counts_.not_served);
  world_.note("life " + std::to_string(hub.life()) + ": " + name + " of " + account_id +
              (token ? " served" : " not served: " + outcome_of(token.error())));
}

// The last thing before an answer leaves, as api::Api does it.
bool Workload::is_served(SimulatedHub& hub, const std::string& account_id,
                         const accounts::AccessToken& token) {
  if (!hub.instance().may_serve(token.read_at)) return false;
  invariants_.served(account_id, token.value.reveal());
  return true;
}

void Workload::insist(const std::string& account_id) {
  const auto found = invariants_.accounts().find(account_id);
  if (found == invariants_.accounts().end()) return;
  for (const int id : found->second.tokens) network_.insist(book_.token(id).grant);
}

Workload::Task Workload::refresh(SimulatedHub& hub, std::string account_id) {
  insist(account_id);
  const auto done = co_await hub.accounts().refresh(std::string(kProject), account_id);
  world_.note("refresh of " + account_id + (done ? " done" : ": " + outcome_of(done.error())));
}

Workload::Task Workload::call(SimulatedHub& hub, std::string account_id) {
  network_.called(hub.life());
  const auto done = co_await hub.runner().run({.project_id = std::string(kProject),
                                               .account_id = account_id,
                                               .action_id = "personio_list_persons"});
  ++(done ? counts_.called : counts_.not_called);
  world_.note("life " + std::to_string(hub.life()) + ": call for " + account_id +
              (done ? " done" : ": " + done.error().message));
}

void Workload::begin_call(SimulatedHub& hub, const std::string& account_id) {
  if (ledger_.find(account_id)->kind == GrantKind::kCredentials) hub.spawn(call(hub, account_id));
}

void Workload::begin_rush(SimulatedHub& hub) {
  for (const auto& account : ledger_.linked()) {
    if (ledger_.find(account)->kind != GrantKind::kCredentials) continue;
    world_.note("life " + std::to_string(hub.life()) + ": a rush for " + account);
    if (world_.dice.chance(0.5)) return hub.spawn(rush_for_tokens(hub, account));
    for (int i = 0; i < kCallsAtOnce; ++i) hub.spawn(rush_for_calls(hub, account));
    return;
  }
}

Workload::Task Workload::rush_for_tokens(SimulatedHub& hub, std::string account_id) {
  for (int i = 0; i < kRushedTokens; ++i) co_await refresh(hub, account_id);
}

Workload::Task Workload::rush_for_calls(SimulatedHub& hub, std::string account_id) {
  for (int i = 0; i < kRushedCalls; ++i) co_await call(hub, account_id);
}

Workload::Task Workload::suspend(SimulatedHub& hub, std::string account_id) {
  const auto asked = ledger_.next();
  const auto done = co_await hub.accounts().suspend(std::string(kProject), account_id);
  if (done) {
    ++counts_.suspended;
    ledger_.suspended(account_id, asked);
  }
  world_.note("suspend " + account_id + (done ? "" : ": " + outcome_of(done.error())));
}

Workload::Task Workload::resume(SimulatedHub& hub, std::string account_id) {
  const Ledger::Resuming resuming(ledger_, account_id);
  const auto done = co_await hub.accounts().resume(std::string(kProject), account_id);
  world_.note("resume " + account_id + (done ? "" : ": " + outcome_of(done.error())));
}

Workload::Task Workload::unlink(SimulatedHub& hub, std::string account_id) {
  ledger_.unlink_asked(account_id);
  const auto done = co_await hub.accounts().unlink(std::string(kProject), account_id);
  if (done) {
    ++counts_.unlinked;
    ledger_.unlinked(account_id);
  }
  world_.note("unlink " + account_id + (done ? "" : ": " + outcome_of(done.error())));
}

void Workload::delete_a_grant() {
  auto linked = ledger_.linked();
  if (linked.empty()) return;
  const auto found = invariants_.accounts().find(world_.dice.one_of(linked));
  if (found == invariants_.accounts().end() || found->second.tokens.empty()) return;
  auto& grant = book_.grant(book_.token(found->second.tokens.front()).grant);
  book_.end(grant);
  world_.note("grant " + std::to_string(grant.id) + " is deleted at the provider");
}

void Workload::demand_token(SimulatedHub& hub, const std::string& account_id) {
  hub.spawn(demand(hub, account_id));
}

Workload::Task Workload::demand(SimulatedHub& hub, std::string account_id) {
  const auto& known = *ledger_.find(account_id);
  const std::string name = known.kind == GrantKind::kCredentials ? "v2" : "main";
  const auto token = co_await hub.keeper().token(std::string(kProject), account_id, name, 0);
  if (!token) {
    world_.violated("usable",
                    "account " + account_id + " gives out no token: " + outcome_of(token.error()));
    co_return;
  }
  const auto* minted = book_.find(token->value.reveal());
  if (minted == nullptr || !minted->is_alive(world_.now()))
    world_.violated("usable", "account " + account_id + " gave out a token that does not work");
}

}  // namespace patchbay::simulator
