#pragma once
// When a body that comes, or goes, too slowly is given up. Each byte buys the peer the time that a
// minimum rate leaves for it, but never more than `grace` in all: a quick start pays for no
// standstill. One thread.
#include <algorithm>
#include <chrono>
#include <cstddef>

#include "net/watchdog.h"

namespace patchbay::net {

class RateDeadline {
 public:
  RateDeadline(std::chrono::milliseconds grace, std::size_t min_bytes_per_second)
      : grace_(grace),
        rate_(std::max<std::size_t>(1, min_bytes_per_second)),
        at_(Watchdog::Clock::now() + grace) {}
  [[nodiscard]] Watchdog::Clock::time_point at() const { return at_; }
  void moved(std::size_t bytes) {
    const auto bought = std::chrono::microseconds(bytes * 1'000'000 / rate_);
    at_ = std::min(at_ + bought, Watchdog::Clock::now() + grace_);
  }
  // So long it was somebody else's turn.
  void paused(Watchdog::Clock::duration time) { at_ += time; }

 private:
  const std::chrono::milliseconds grace_;
  const std::size_t rate_;
  Watchdog::Clock::time_point at_;
};

}  // namespace patchbay::net
