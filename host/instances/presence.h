#pragma once
// Which instances live, told without comparing machines' clocks: each writes its row of `instances`
// now and again, and whoever has seen a row stand still for long enough, on its own clock, takes
// that instance for dead. Leases of the dead are taken over.
//
// An instance that was frozen, or could not reach the database, knows by its own clock that others
// may take it for dead by now: it ceases to act a good while before they may.
//
// Any thread.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/instances_table.h"

namespace patchbay::instances {

struct PresenceTimes {
  std::chrono::milliseconds dead_after{5'000};  // of standing still, as seen by others
  std::chrono::milliseconds acts_for{4'000};    // since its last beat; less than dead_after
  // A row stays while its instance may serve from memory, and is cleared away some time later.
  std::chrono::milliseconds serves_for{30'000};
  std::chrono::milliseconds row_lasts{60'000};
  // How long the observer itself may not have looked; then it begins to count anew, because what
  // stopped it (a freeze, the database) may have stopped everybody.
  std::chrono::milliseconds longest_gap{2'000};
};

// An instance that is dead unless its beat has moved on from this one.
struct DeadAt {
  std::string id;
  std::int64_t beat = 0;
};

class Presence {
 public:
  Presence(const Clock& clock, std::string id, std::string process, PresenceTimes times = {});

  [[nodiscard]] const std::string& id() const { return id_; }
  // The own row as it is to be written.
  [[nodiscard]] store::InstanceRow row(std::int64_t sequence) const;
  // It was written, in a transaction that began at this uptime.
  void wrote(std::int64_t began_uptime_ms);
  [[nodiscard]] std::int64_t since_beat_ms() const;

  // No other instance takes this one for dead yet: a lease that it holds is still its own. Ask
  // right before doing what a lease is for.
  [[nodiscard]] bool may_act() const { return since_beat_ms() < times_.acts_for.count(); }
  // Whoever waits for all instances sees this one's row.
  [[nodiscard]] bool is_known() const { return since_beat_ms() < times_.serves_for.count(); }

  // All rows, as they were read just now.
  void saw(const std::vector<store::InstanceRow>& rows);
  [[nodiscard]] std::vector<DeadAt> dead() const;
  // Those whose rows may be cleared away.
  [[nodiscard]] std::vector<DeadAt> long_gone() const;

 private:
  struct Other {
    std::int64_t beat = 0;
    std::int64_t since = 0;  // uptime at which this beat was seen first
    bool ended = false;      // its process, on this machine
  };
  [[nodiscard]] std::vector<DeadAt> still_for(std::chrono::milliseconds time) const;

  const Clock& clock_;
  const std::string id_;
  const std::string process_;
  const PresenceTimes times_;
  const std::int64_t started_;
  std::atomic<std::int64_t> beat_began_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, Other, std::less<>> others_;
  std::int64_t looked_ = 0;  // uptime
};

}  // namespace patchbay::instances
