#include "simulation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "store/data_keys_table.h"
#include "store/key_rotation.h"
#include "store/projects_table.h"

namespace patchbay::simulator {
namespace {

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// For how long hubs are watched tick by tick after something happened.
constexpr std::int64_t kWatchedMs = kSecond / 2;
constexpr std::int64_t kLongestSleepMs = 6 * kHour;
// Something is due and nobody does it: it waits for a time that the database does not tell.
constexpr std::int64_t kOverdueMs = 5 * kMinute;
// A flow is recovered when it was untouched for so long, and twice as long after each failure.
constexpr std::int64_t kFlowUntouchedMs = 2 * kMinute;
// Long enough for every retry, and for flows that are given up.
constexpr std::int64_t kFairDays = 4;
// They cost as many steps as a month without them.
constexpr double kRushes = 0.2;
constexpr std::int64_t kCallsInLine = 30;  // five times what a provider's limit lets pass at once
constexpr std::int64_t kMostSkewMs = 4 * kSecond;
constexpr Life kOperator = 0;  // the command line's connection

}  // namespace

Simulation::Simulation(const Options& options, const ConnectorShelf& connectors)
    : options_(options),
      world_(options.seed),
      random_(options.seed),
      oracle_random_(options.seed),
      keys_(vault::KeyEncryptionKey::generate(random_)),
      disk_(world_),
      network_(world_, book_),
      invariants_(world_, disk_, book_, ledger_, keys_, oracle_random_),
      workload_(world_, network_, book_, ledger_, invariants_, [this] { return any_hub(); }),
      around_{world_, disk_, network_, connectors, keys_, random_} {
  if (options_.echo) world_.trace.echo_to(options_.echo);
  disk_.before_writes([this](Life life) { freeze_before_writing(life); });
  network_.before_use([this](const MintedToken& token) {
    if (!token.held_by.empty()) invariants_.served(token.held_by, token.value);
  });
  report_.seed = options_.seed;
}

Report Simulation::run() {
  if (const auto made = store::projects_table::insert(
          disk_.database(), {std::string(kProject), "Simulated", world_.now()});
      !made)
    world_.violated("kept", made.error().message);
  const auto hubs = options_.hubs > 0 ? options_.hubs : world_.dice.between(1, 3);
  slots_.resize(static_cast<std::size_t>(hubs));
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].traits.number = static_cast<int>(i) + 1;
    slots_[i].traits.loops = static_cast<std::size_t>(world_.dice.between(1, 2));
    if (world_.dice.chance(0.5))
      slots_[i].traits.skew_ms = world_.dice.between(-kMostSkewMs, kMostSkewMs);
    start(slots_[i]);
  }
  const auto end = world_.now() + options_.days * kDay;
  if (options_.outage_day) {
    plan_outage_day(*options_.outage_day);
  } else {
    plan(end);
  }
  run_until(end);
  make_fair();
  run_until(end + kFairDays * kDay);
  demand_tokens();
  run_until(end + kFairDays * kDay + kMinute);
  if (!world_.violation()) invariants_.check_resolved();
  report_.violation = world_.violation();
  report_.hash = world_.trace.hash();
  report_.changes = disk_.changes();
  report_.revoked_grants = book_.count_revoked();
  report_.work = workload_.counts();
  report_.last_lines = world_.trace.last();
  return report_;
}

// ---- the plan ----

void Simulation::plan(std::int64_t end) {
  roughness_ = world_.dice.one_of({0.0, 0.02, 0.1, 0.3});
  network_.set_trouble(roughness_);
  disk_.set_trouble(world_.dice.one_of({0.0, 0.0, 0.005, 0.03}));
  plan_every(7 * kHour, end, [this] { begin_work(); });
  plan_every(15 * kDay, end, [this] {
    begin_outage(world_.dice.one_of({10 * kMinute, kHour, kHour, 3 * kHour, kDay}));
  });
  if (world_.dice.chance(kRushes)) plan_every(10 * kDay, end, [this] { begin_rush(); });
  plan_every(10 * kDay, end, [this] { workload_.delete_a_grant(); });
  plan_every(15 * kDay, end, [this] { rotate_keys(); });
  plan_every(5 * kDay, end, [this] { freeze_one_that_serves(); });
  plan_every(5 * kDay, end, [this] { freeze_one_that_refreshes(); });
}

// Tokens outlast the outage, so that each has to be revoked. Whoever asked a hub that was killed
// asks again.
void Simulation::plan_outage_day(const OutageDay& day) {
  for (int i = 0; i < day.accounts; ++i)
    world_.in(world_.dice.between(0, kHour), [this, i] {
      const auto kind =
          world_.dice.one_of({GrantKind::kCredentials, GrantKind::kRotating, GrantKind::kGrace});
      workload_.begin_linking(*any_hub(), "owner-" + std::to_string(i), kind, 3 * kDay);
    });
  world_.in(2 * kHour, [this] {
    begin_outage(kDay);
    unlink_all(20 * kHour);
  });
  for (int i = 0; i < day.restarts; ++i)
    world_.in(2 * kHour + world_.dice.between(0, 21 * kHour), [this] { kill_any(); });
  world_.in(25 * kHour, [this] { unlink_all(kMinute); });
}

// Those that are there, one after the other.
void Simulation::unlink_all(std::int64_t within_ms) {
  for (const auto& [id, account] : invariants_.accounts())
    world_.in(world_.dice.between(0, within_ms), [this, id] {
      auto* hub = any_hub();
      if (hub != nullptr) workload_.begin_unlinking(*hub, id);
    });
}

// As soon as there is one.
void Simulation::kill_any() {
  auto hubs = awake();
  if (hubs.empty()) return world_.in(kMinute, [this] { kill_any(); });
  kill(*world_.dice.one_of(hubs));
}

void Simulation::plan_every(std::int64_t mean_ms, std::int64_t end,
                            const std::function<void()>& what) {
  for (auto at = world_.now() + world_.dice.between(0, 2 * mean_ms); at < end;
       at += world_.dice.between(0, 2 * mean_ms))
    world_.at(at, what);
}

// Things come in bursts: several at once, on several hubs, which may be killed or frozen while they
// are at it.
void Simulation::begin_work() {
  for (auto left = world_.dice.one_of({1, 1, 2, 4}); left > 0; --left) {
    world_.in(world_.dice.between(0, 1'500), [this] {
      auto* hub = any_hub();
      if (hub != nullptr) workload_.begin_something(*hub);
    });
  }
  for (auto& slot : slots_) {
    if (world_.dice.chance(0.1))
      slot.steps_until_kill = static_cast<int>(world_.dice.between(1, 60));
    if (world_.dice.chance(0.07))
      slot.steps_until_freeze = static_cast<int>(world_.dice.between(1, 60));
    if (world_.dice.chance(0.03)) slot.ambush = Ambush::kUnlinked;
  }
}

// It has an account's token in its memory and somebody waits for it, while another hub suspends
// that account.
void Simulation::freeze_one_that_serves() {
  auto hubs = awake();
  auto accounts = ledger_.linked();
  const bool calls = world_.dice.chance(0.5);
  if (calls)
    std::erase_if(accounts, [this](const auto& id) {
      return ledger_.find(id)->kind != GrantKind::kCredentials;
    });
  if (hubs.size() < 2 || accounts.empty()) return;
  const auto account = world_.dice.one_of(accounts);
  auto& holder = *world_.dice.one_of(hubs);
  const auto life = holder.hub->life();
  workload_.begin_use(*holder.hub, account);
  world_.in(3 * kSecond, [this, &holder, life, account, calls] {
    if (!is_awake(holder) || holder.hub->life() != life) return;
    workload_.begin_use(*holder.hub, account);
    if (!calls) {
      freeze(holder, 20 * kSecond);
    } else {
      // While calls wait in line, between what they looked up and what they send.
      for (std::int64_t i = 0; i < kCallsInLine; ++i) workload_.begin_call(*holder.hub, account);
      holder.steps_until_freeze = static_cast<int>(world_.dice.between(1, 6 * kCallsInLine));
    }
    if (auto others = awake(); !others.empty())
      workload_.begin_suspending(*world_.dice.one_of(others)->hub, account);
  });
}

void Simulation::begin_outage(std::int64_t lasts) {
  world_.note("outage of " + std::to_string(lasts / kMinute) + " minutes");
  network_.set_outage(true);
  world_.in(lasts, [this] {
    world_.note("outage is over");
    network_.set_outage(false);
  });
}

// In every second one providers refuse at once, as they do when they are down.
void Simulation::begin_rush() {
  auto* hub = any_hub();
  if (hub == nullptr) return;
  workload_.begin_rush(*hub);
  if (world_.dice.chance(0.5)) return;
  world_.note("providers refuse");
  network_.set_refusal(true);
  world_.in(kMinute, [this] { network_.set_refusal(false); });
}

// As `patchbay key rotate --data-key` does, killed half-way now and then.
void Simulation::rotate_keys() {
  namespace rotation = store::key_rotation;
  store::Store store(disk_.connect(kOperator), store::Store::Runs::kCaller);
  const auto target = store.transact_blocking(
      [&](store::Database& db) { return rotation::begin(db, keys_, random_, world_.now()); });
  if (!target) return;
  world_.note("key rotation to " + target->key_id);
  rotation::Walk walk;
  while (!walk.finished()) {
    if (world_.dice.chance(0.1)) return;
    auto stepped = store.transact_blocking(
        [&](store::Database& db) { return rotation::step(db, keys_, random_, walk, 3); });
    if (!stepped) return;
    walk = *std::move(stepped);
  }
  (void)store.transact_blocking([&](store::Database& db) {
    return store::data_keys_table::settle(db, target->key_id, world_.now());
  });
}

void Simulation::make_fair() {
  world_.note("fair weather from here on");
  network_.set_trouble(0);
  network_.set_outage(false);
  network_.set_refusal(false);
  disk_.set_trouble(0);
  for (auto& slot : slots_) {
    slot.steps_until_kill = slot.steps_until_freeze = 0;
    slot.ambush = Ambush::kNone;
    if (slot.frozen_until != 0) thaw(slot);
    if (!slot.hub) start(slot);
  }
}

void Simulation::demand_tokens() {
  if (world_.violation()) return;
  for (const auto& id : ledger_.linked()) {
    const auto found = invariants_.accounts().find(id);
    if (found == invariants_.accounts().end() || found->second.status == "inactive") continue;
    const bool is_good = std::ranges::any_of(found->second.tokens, [&](int token) {
      const auto& grant = book_.grant(book_.token(token).grant);
      return !grant.is_over && grant.kind == GrantKind::kCredentials;
    });
    if (is_good) workload_.demand_token(*slots_.front().hub, id);
  }
}

// ---- the run ----

void Simulation::run_until(std::int64_t end) {
  while (!world_.violation() && world_.now() < end)
    if (!step()) move_time(end);
}

bool Simulation::step() {
  if (world_.run_one_event()) {
    busy_until_ = std::max(busy_until_, world_.now() + kWatchedMs);
    check();
    return true;
  }
  const auto first = static_cast<std::size_t>(
      world_.dice.between(0, static_cast<std::int64_t>(slots_.size()) - 1));
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto& slot = slots_[(first + i) % slots_.size()];
    if (!is_awake(slot) || !slot.hub->run_one()) continue;
    ++report_.steps;
    world_.trace.count(static_cast<std::uint64_t>(slot.traits.number));
    const bool changed = check();
    after_step_of(slot, changed);
    return true;
  }
  return false;
}

bool Simulation::check() {
  if (disk_.changes() == checked_changes_) return false;
  checked_changes_ = disk_.changes();
  busy_until_ = std::max(busy_until_, world_.now() + kWatchedMs);
  invariants_.check();
  return true;
}

// Somebody has the turn to refresh an account that is due, or died with it: the others wait, and
// look again and again whether it lives.
bool Simulation::is_turn_awaited() {
  const auto rows = disk_.database().query(
      "SELECT 1 FROM refresh_leases l JOIN accounts a ON a.id = l.account_id WHERE l.holder <> '' "
      "AND a.status = 'active' AND a.next_refresh > 0 AND a.next_refresh <= ? LIMIT 1",
      {world_.now() + 30 * kSecond});
  return rows && !rows->empty();
}

bool Simulation::is_busy() {
  return world_.now() < busy_until_ || is_turn_awaited() ||
         std::ranges::any_of(
             slots_,
             [&](const Slot& slot) {
               return is_awake(slot) &&
                      (slot.hub->has_work() || network_.waiting(slot.hub->life()) > 0);
             });
}

void Simulation::move_time(std::int64_t end) {
  auto next = std::min(end, world_.now() + kLongestSleepMs);
  if (const auto event = world_.next_event()) next = std::min(next, *event);
  for (const auto& slot : slots_)
    if (slot.hub && slot.frozen_until != 0) next = std::min(next, slot.frozen_until);
  const bool busy = is_busy();
  if (busy) {
    next = std::min(next, next_timer().value_or(next));
  } else {
    next = std::min(next, next_due());
  }
  next = std::max(next, world_.now() + 1);
  world_.time.advance(std::chrono::milliseconds(next - world_.now()));
  for (auto& slot : slots_)
    if (slot.hub && slot.frozen_until != 0 && slot.frozen_until <= world_.now()) thaw(slot);
}

std::optional<std::int64_t> Simulation::next_timer() {
  std::optional<std::int64_t> soonest;
  for (auto& slot : slots_) {
    if (!is_awake(slot)) continue;
    const auto wait = slot.hub->until_next_timer();
    if (wait && (!soonest || world_.now() + wait->count() < *soonest))
      soonest = world_.now() + wait->count();
  }
  return soonest;
}

// When the database says that there is something to be done.
std::int64_t Simulation::next_due() {
  const auto rows = disk_.database().query(
      "SELECT min(at) FROM ("
      "SELECT min(next_refresh) AS at FROM accounts WHERE status = 'active' AND next_refresh > 0 "
      "UNION ALL SELECT min(next_attempt) FROM revocations "
      "UNION ALL SELECT min(updated + (? << min(coalesce(json_extract(state, '$.tries'), 0), 6))) "
      "FROM flows)",
      {kFlowUntouchedMs});
  if (!rows || rows->empty() || rows->front().is_null(0)) return world_.now() + kLongestSleepMs;
  const auto at = rows->front().integer(0);
  return at > world_.now() ? at : world_.now() + kOverdueMs;
}

// ---- hubs ----

void Simulation::start(Slot& slot) {
  const Life life = next_life_++;
  auto hub = SimulatedHub::start(around_, life, slot.traits);
  if (!hub) {
    world_.note("hub " + std::to_string(slot.traits.number) +
                " does not start: " + hub.error().message);
    world_.in(5 * kSecond, [this, &slot] {
      if (!slot.hub) start(slot);
    });
    return;
  }
  world_.note("hub " + std::to_string(slot.traits.number) + " begins life " + std::to_string(life));
  slot.hub = *std::move(hub);
  slot.frozen_until = 0;
  slot.steps_until_kill = slot.steps_until_freeze = 0;
  invariants_.born(life);
}

void Simulation::kill(Slot& slot) {
  const auto life = slot.hub->life();
  ++report_.kills;
  world_.note("life " + std::to_string(life) + " is killed");
  slot.hub.reset();
  slot.frozen_until = 0;
  invariants_.killed(life);
  world_.in(world_.dice.one_of({std::int64_t{0}, 3 * kSecond, 90 * kSecond, kHour}), [this, &slot] {
    if (!slot.hub) start(slot);
  });
}

void Simulation::freeze(Slot& slot, std::int64_t lasts) {
  ++report_.freezes;
  world_.note("life " + std::to_string(slot.hub->life()) + " is frozen for " +
              std::to_string(lasts / kSecond) + " s");
  slot.frozen_until = world_.now() + lasts;
  invariants_.frozen(slot.hub->life());
}

void Simulation::thaw(Slot& slot) {
  world_.note("life " + std::to_string(slot.hub->life()) + " goes on");
  invariants_.thawed(slot.hub->life());
  slot.frozen_until = 0;
  busy_until_ = std::max(busy_until_, world_.now() + kWatchedMs);
}

namespace {

// Whether this step is the one that was waited for; 0: none is.
bool is_over(int& steps_left) {
  if (steps_left <= 0) return false;
  --steps_left;
  return steps_left == 0;
}

}  // namespace

void Simulation::after_step_of(Slot& slot, bool changed) {
  if (is_over(slot.steps_until_kill)) return kill(slot);
  if (is_over(slot.steps_until_freeze))
    return freeze(slot,
                  world_.dice.one_of({kSecond, 5 * kSecond, 30 * kSecond, 5 * kMinute, 3 * kHour}));
  if (changed && slot.ambush == Ambush::kUnlinked) unlink_refreshed(slot);
}

// Somebody asks for new tokens although nothing is due, so that no other hub takes over meanwhile.
void Simulation::freeze_one_that_refreshes() {
  auto hubs = awake();
  auto accounts = ledger_.linked();
  if (hubs.size() < 2 || accounts.empty()) return;
  auto& slot = *world_.dice.one_of(hubs);
  slot.ambush = Ambush::kFrozen;
  workload_.begin_refreshing(*slot.hub, world_.dice.one_of(accounts));
}

void Simulation::freeze_before_writing(Life life) {
  const auto found = std::ranges::find_if(
      slots_, [&](const Slot& slot) { return slot.hub && slot.hub->life() == life; });
  if (found == slots_.end() || found->ambush != Ambush::kFrozen || is_in_a_handler_) return;
  const auto rows = disk_.database().query(
      "SELECT 1 FROM flows WHERE kind = 'refresh' AND json_extract(state, '$.answers') > 1");
  if (!rows || rows->empty()) return;
  found->ambush = Ambush::kNone;
  freeze(*found, 5 * kMinute);
  is_in_a_handler_ = true;
  while (!world_.violation() && found->frozen_until != 0)
    if (!step()) move_time(found->frozen_until);
  is_in_a_handler_ = false;
}

void Simulation::unlink_refreshed(Slot& slot) {
  const auto rows = disk_.database().query(
      "SELECT account_id FROM flows WHERE kind = 'refresh' ORDER BY updated DESC LIMIT 1");
  if (!rows || rows->empty()) return;
  slot.ambush = Ambush::kNone;
  if (const auto account = rows->front().text(0); ledger_.find(account) != nullptr)
    workload_.begin_unlinking(*any_hub(), account);
}

std::vector<Simulation::Slot*> Simulation::awake() {
  std::vector<Slot*> found;
  for (auto& slot : slots_)
    if (is_awake(slot)) found.push_back(&slot);
  return found;
}

SimulatedHub* Simulation::any_hub() {
  std::vector<SimulatedHub*> running;
  for (auto& slot : slots_)
    if (slot.hub) running.push_back(slot.hub.get());
  return running.empty() ? nullptr : world_.dice.one_of(running);
}

}  // namespace patchbay::simulator
