#pragma once
// What everybody in a simulation shares: the time, the dice, the trace, and what is going to happen
// outside of the hubs (answers on their way, people who do something, outages).
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "dice.h"
#include "trace.h"
#include "virtual_time.h"

namespace patchbay::simulator {

// What must never be true, was.
struct Violation {
  std::string rule;  // see invariants.h
  std::string what;
};

class World {
 public:
  explicit World(std::uint64_t seed) : dice(seed) {}

  VirtualTime time;
  Dice dice;
  Trace trace;

  [[nodiscard]] std::int64_t now() const { return time.unix_ms(); }
  void note(std::string_view line) { trace.add(time.elapsed().count(), line); }

  // The first violation counts; what follows is its consequence.
  void violated(std::string_view rule, std::string what);
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }

  // `what` happens at that time, in the order of being asked for.
  void at(std::int64_t unix_ms, std::function<void()> what);
  void in(std::int64_t ms, std::function<void()> what) { at(now() + ms, std::move(what)); }
  [[nodiscard]] std::optional<std::int64_t> next_event() const;
  // Whether one was due.
  bool run_one_event();

 private:
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
  std::uint64_t next_number_ = 0;
  std::optional<Violation> violation_;
};

}  // namespace patchbay::simulator
