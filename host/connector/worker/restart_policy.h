#pragma once
// When a worker that failed may be started again. Failures in a row double the wait; too many of
// them, none having lived for a while in between, are a quarantine: calls fail at once, and one
// trial is made every few minutes until a worker lives. No clock of its own; one thread.
#include <chrono>
#include <cstdint>

namespace patchbay::connector {

struct RestartLimits {
  std::chrono::milliseconds first_wait{100};
  std::chrono::milliseconds longest_wait{30'000};
  std::chrono::milliseconds steady_after{60'000};  // who lived so long has a clean record again
  unsigned quarantine_after = 5;                   // failures in a row
  std::chrono::milliseconds quarantine{300'000};   // between trials
};

class RestartPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit RestartPolicy(RestartLimits limits) : limits_(limits), wait_(limits.first_wait) {}

  void started(Time now);
  void failed(Time now);
  void forgive();  // an operator's word: start again now

  [[nodiscard]] bool may_start(Time now) const { return now >= not_before_; }
  [[nodiscard]] std::chrono::milliseconds wait_left(Time now) const;
  [[nodiscard]] bool quarantined() const { return in_a_row_ >= limits_.quarantine_after; }
  [[nodiscard]] unsigned failures_in_a_row() const { return in_a_row_; }

 private:
  const RestartLimits limits_;
  std::chrono::milliseconds wait_;
  Time started_;
  Time not_before_;
  unsigned in_a_row_ = 0;
};

}  // namespace patchbay::connector
