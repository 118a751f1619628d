#pragma once
// A token bucket that also promises tokens it does not have yet: whoever takes one learns how long
// to wait, and may wait in line that way without a list of those who do.
//
// Pure: times are handed in, in milliseconds of a clock that only goes forward. One thread at a
// time.
#include <cstdint>
#include <optional>

namespace patchbay::pacing {

struct BucketRate {
  double capacity = 1;  // tokens, at least 1
  double per_ms = 1;    // tokens, above 0
  bool operator==(const BucketRate&) const = default;
};

class TokenBucket {
 public:
  // Full.
  TokenBucket(BucketRate rate, std::int64_t now) : rate_(rate), level_(rate.capacity), at_(now) {}

  // How long whoever takes one now has to wait for it; 0: not at all.
  [[nodiscard]] std::int64_t wait_ms(std::int64_t now) const;
  // How many were promised and are not there yet.
  [[nodiscard]] double promised(std::int64_t now) const;
  void take(std::int64_t now);
  // One that was taken is not needed.
  void give_back(std::int64_t now);

  // What the provider itself says about its bucket: how it refills, how much is left.
  void correct(std::optional<BucketRate> rate, std::optional<double> remaining, std::int64_t now);
  // Empty, and nothing flows in until then; whoever was promised one gives it back and takes anew.
  void close_until(std::int64_t until, std::int64_t now);
  [[nodiscard]] bool is_closed(std::int64_t now) const { return at_ > now; }
  // How much of it is there, at most 1; below 0: promised.
  [[nodiscard]] double fill(std::int64_t now) const { return level(now) / rate_.capacity; }
  // As if it had never been used.
  [[nodiscard]] bool is_full(std::int64_t now) const;

 private:
  [[nodiscard]] double level(std::int64_t now) const;
  void move_to(std::int64_t now);

  BucketRate rate_;
  double level_;     // below 0: promised
  std::int64_t at_;  // when `level_` was that; in the future while closed
};

}  // namespace patchbay::pacing
