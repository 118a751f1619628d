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
  void advance_ms(std::int64_t by) { now_ += by; }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace patchbay
