#include "scripted_hubs.h"

#include <algorithm>
#include <stdexcept>

#include "store/projects_table.h"
#include "workload.h"

namespace patchbay::simulator {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::uint64_t kSeed = 1;

// `account_id`: to be reconnected; empty: a new one.
net::Task<> link_with(SimulatedHub& hub, const Grant& grant, std::string account_id,
                      std::optional<accounts::LinkOutcome>& outcome) {
  accounts::LinkRequest request;
  request.connector_id = connector_of(grant.kind);
  request.form = form_of(grant, false);
  accounts::SessionRequest asked;
  asked.project_id = kProject;
  asked.owner_id = asked.owner_name = "owner";
  asked.connector_id = request.connector_id;
  asked.account_id = std::move(account_id);
  auto session = co_await hub.accounts().create_session(std::move(asked));
  if (!session) throw std::runtime_error(session.error().message);
  request.session = std::move(session->session);
  outcome = co_await hub.accounts().link(std::move(request));
}

net::Task<> refresh(SimulatedHub& hub, std::string account_id) {
  (void)co_await hub.accounts().refresh(std::string(kProject), std::move(account_id));
}

net::Task<> unlink_by(SimulatedHub& hub, std::string account_id, bool& is_done) {
  const auto done = co_await hub.accounts().unlink(std::string(kProject), std::move(account_id));
  is_done = static_cast<bool>(done);
}

std::string account_of(const std::optional<accounts::LinkOutcome>& outcome) {
  if (!outcome) throw std::runtime_error("not linked in time");
  if (!outcome->account) throw std::runtime_error(outcome->error.message);
  return outcome->account->id;
}

}  // namespace

ScriptedHubs::ScriptedHubs(const ConnectorShelf& connectors)
    : world(kSeed), around_{world, disk, network, connectors, keys_, random_} {
  const auto made = store::projects_table::insert(disk.database(),
                                                  {std::string(kProject), "Scripted", world.now()});
  if (!made) throw std::runtime_error(made.error().message);
  for (std::size_t i = 0; i < hubs_.size(); ++i) {
    auto hub =
        SimulatedHub::start(around_, static_cast<Life>(i) + 1, {.number = static_cast<int>(i) + 1});
    if (!hub) throw std::runtime_error(hub.error().message);
    hubs_[i] = *std::move(hub);
  }
}

bool ScriptedHubs::run_until(const std::function<bool()>& holds) {
  const auto end = world.now() + kHour;
  while (!holds()) {
    if (world.now() >= end) return false;
    if (!step()) move_time(end);
  }
  return true;
}

void ScriptedHubs::run_for(std::int64_t ms) {
  const auto end = world.now() + ms;
  while (world.now() < end)
    if (!step()) move_time(end);
}

bool ScriptedHubs::step() {
  if (world.run_one_event()) return true;
  for (std::size_t i = 0; i < hubs_.size(); ++i)
    if (!frozen_[i] && hubs_[i]->run_one()) return true;
  return false;
}

void ScriptedHubs::move_time(std::int64_t until) {
  auto next = std::min(until, world.next_event().value_or(until));
  for (std::size_t i = 0; i < hubs_.size(); ++i) {
    if (frozen_[i]) continue;
    if (const auto wait = hubs_[i]->until_next_timer())
      next = std::min(next, world.now() + wait->count());
  }
  world.time.advance(std::chrono::milliseconds(std::max<std::int64_t>(next - world.now(), 1)));
}

std::string ScriptedHubs::link(GrantKind kind) {
  std::optional<accounts::LinkOutcome> outcome;
  begin_link(kind, outcome);
  run_until([&] { return outcome.has_value(); });
  return account_of(outcome);
}

void ScriptedHubs::begin_link(GrantKind kind, std::optional<accounts::LinkOutcome>& outcome) {
  hub(0).spawn(link_with(hub(0), book.add_grant(kind, kHour), {}, outcome));
}

void ScriptedHubs::reconnect(int number, const std::string& account_id, GrantKind kind) {
  std::optional<accounts::LinkOutcome> outcome;
  hub(number).spawn(link_with(hub(number), book.add_grant(kind, kHour), account_id, outcome));
  run_until([&] { return outcome.has_value(); });
  if (account_of(outcome) != account_id) throw std::runtime_error("another account came of it");
}

void ScriptedHubs::unlink(int number, const std::string& account_id) {
  bool is_done = false;
  hub(number).spawn(unlink_by(hub(number), account_id, is_done));
  if (!run_until([&] { return is_done; })) throw std::runtime_error("not unlinked");
}

void ScriptedHubs::begin_refresh(int number, const std::string& account_id) {
  hub(number).spawn(refresh(hub(number), account_id));
}

std::int64_t ScriptedHubs::number(const std::string& sql) {
  const auto rows = disk.database().query(sql);
  if (!rows || rows->empty()) throw std::runtime_error(sql + " has no answer");
  return rows->front().integer(0);
}

std::string ScriptedHubs::text(const std::string& sql) {
  const auto rows = disk.database().query(sql);
  if (!rows || rows->empty()) throw std::runtime_error(sql + " has no answer");
  return rows->front().text(0);
}

}  // namespace patchbay::simulator
