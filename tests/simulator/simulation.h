#pragma once
// One run: one to three hubs on one database, for some days, under a workload, with whatever goes
// wrong, decided by one seed. The same seed and the same program give the same run, handler by
// handler.
//
// A step is one handler of one hub, or one event outside of them. Between any two steps a hub can
// be killed or frozen; after each that changed the database the invariants are checked.
//
// Time moves to whatever comes next. While nothing is under way, the hubs' tickers, which look
// again every second and find nothing, are passed over: they come late, as on a machine that slept,
// when something is due according to the database.
//
// What is not decided by the seed must not decide anything: sealed bytes and ids come from the
// seeded Random, and no pointer, hash of a pointer, or time of the machine is looked at.
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "invariants.h"
#include "ledger.h"
#include "network.h"
#include "shared_disk.h"
#include "simulated_hub.h"
#include "workload.h"
#include "world.h"

namespace patchbay::simulator {

// In place of what chance brings: accounts are linked, the provider goes away for a day, and
// meanwhile all of them are unlinked and hubs are killed.
struct OutageDay {
  int accounts = 0;
  int restarts = 0;
};

struct Options {
  std::uint64_t seed = 1;
  std::int64_t days = 30;  // three are enough for an outage day
  std::optional<OutageDay> outage_day;
  int hubs = 0;                                // 0: one to three, as the seed decides
  std::function<void(std::string_view)> echo;  // of each line of the trace
};

struct Report {
  std::uint64_t seed = 0;
  std::optional<Violation> violation;
  std::uint64_t hash = 0;
  std::uint64_t steps = 0;
  std::uint64_t changes = 0;
  std::uint64_t kills = 0;
  std::uint64_t freezes = 0;
  std::size_t revoked_grants = 0;  // by hubs, as TokenBook counts them
  WorkloadCounts work;
  std::deque<std::string> last_lines;
};

class Simulation {
 public:
  // `connectors` outlives it.
  Simulation(const Options& options, const ConnectorShelf& connectors);
  Report run();

 private:
  // What happens to a hub that has written down what a refresh minted, before it stores the
  // outcome: moments that chance rarely finds.
  enum class Ambush : std::uint8_t {
    kNone,
    kFrozen,    // before the very transaction, until another hub takes the flow for abandoned
    kUnlinked,  // the account, by whichever hub
  };
  struct Slot {
    HubTraits traits;
    std::unique_ptr<SimulatedHub> hub;  // null: it is down
    std::int64_t frozen_until = 0;      // unix ms; 0: it runs
    int steps_until_kill = 0;           // 0: none is meant
    int steps_until_freeze = 0;
    Ambush ambush = Ambush::kNone;
  };

  // The plan: what is going to happen, as events of the world.
  void plan(std::int64_t end);
  void plan_outage_day(const OutageDay& day);
  void unlink_all(std::int64_t within_ms);
  void kill_any();
  void plan_every(std::int64_t mean_ms, std::int64_t end, const std::function<void()>& what);
  void begin_work();
  void begin_outage(std::int64_t lasts);
  void begin_rush();
  void rotate_keys();
  void freeze_one_that_serves();
  void freeze_one_that_refreshes();
  void make_fair();

  void run_until(std::int64_t end);
  bool step();
  void move_time(std::int64_t end);
  [[nodiscard]] std::optional<std::int64_t> next_timer();
  [[nodiscard]] std::int64_t next_due();
  [[nodiscard]] bool is_turn_awaited();
  [[nodiscard]] bool is_busy();
  bool check();  // whether there was something new to check

  void start(Slot& slot);
  void kill(Slot& slot);
  void freeze(Slot& slot, std::int64_t lasts);
  void thaw(Slot& slot);
  void after_step_of(Slot& slot, bool changed);
  void unlink_refreshed(Slot& slot);
  void freeze_before_writing(Life life);
  [[nodiscard]] bool is_awake(const Slot& slot) const { return slot.hub && slot.frozen_until == 0; }
  SimulatedHub* any_hub();
  std::vector<Slot*> awake();
  void demand_tokens();

  const Options options_;
  World world_;
  SeededRandom random_;
  SeededRandom oracle_random_;
  vault::KeyChain keys_;
  TokenBook book_;
  SharedDisk disk_;
  Network network_;
  Ledger ledger_;
  Invariants invariants_;
  Workload workload_;
  Surroundings around_;
  std::vector<Slot> slots_;
  Life next_life_ = 1;
  bool is_in_a_handler_ = false;  // of a hub that is frozen in the middle of it
  double roughness_ = 0;
  std::int64_t busy_until_ = 0;
  std::uint64_t checked_changes_ = 0;
  Report report_;
};

}  // namespace patchbay::simulator
