#pragma once
// Time through a seam, so that expiry, back-off and leases run in tests without waiting.
#include <atomic>
#include <cstdint>

namespace patchbay {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock in milliseconds since 1970-01-01 UTC. Any thread.
  [[nodiscard]] virtual std::int64_t unix_ms() const = 0;
  // Milliseconds that only go forward, and go on while the process is stopped or the machine
  // sleeps (CLOCK_BOOTTIME): how long ago something was, on this machine alone. Any thread.
  [[nodiscard]] virtual std::int64_t uptime_ms() const;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t unix_ms() const override;
};

// Stands still until moved. Any thread.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(std::int64_t start_ms = 1'750'000'000'000) : now_(start_ms) {}
  [[nodiscard]] std::int64_t unix_ms() const override { return now_.load(); }
  [[nodiscard]] std::int64_t uptime_ms() const override { return uptime_.load(); }
  // Back, too: that sets the wall clock alone.
  void advance_ms(std::int64_t by) {
    now_ += by;
    if (by > 0) uptime_ += by;
  }

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> uptime_{3'600'000};
};

}  // namespace patchbay
