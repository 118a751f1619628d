#include "patchbay/sandbox/rate_limiter.h"

#include <algorithm>

namespace patchbay::sandbox {

bool WindowLimiter::allow(const WindowRule& rule, const std::string& key, std::int64_t now_ms) {
  Window& window = windows_[key];
  if (now_ms < window.penalty_until_ms) {
    if (now_ms - window.penalty_second_ms >= 1000) {
      window.penalty_second_ms = now_ms;
      window.penalty_calls = 0;
    }
    return ++window.penalty_calls <= rule.penalty_per_second;
  }
  const bool penalty_over = window.penalty_until_ms != 0;
  const bool window_over = now_ms - window.started_ms >= rule.window_ms;
  if (penalty_over || window_over || now_ms < window.started_ms) {
    window = Window{.started_ms = now_ms};
  }
  if (++window.calls <= rule.limit) return true;
  if (rule.penalty_ms > 0) {
    window.penalty_until_ms = now_ms + rule.penalty_ms;
    window.penalty_second_ms = now_ms;
    window.penalty_calls = rule.penalty_per_second;
  }
  return false;
}

BucketLimiter::Verdict BucketLimiter::take(const BucketRule& rule, const std::string& key,
                                           std::int64_t now_ms) {
  const std::int64_t full = rule.burst_capacity * 1000;
  const auto [found, is_new] = buckets_.try_emplace(key, Bucket{full, now_ms});
  Bucket& bucket = found->second;
  // A clock moved far ahead must not overflow: nothing needs more than an hour to fill.
  const std::int64_t elapsed = std::clamp<std::int64_t>(now_ms - bucket.seen_ms, 0, 3'600'000);
  bucket.seen_ms = now_ms;
  bucket.thousandths = std::min(full, bucket.thousandths + elapsed * rule.replenish_per_second);
  if (bucket.thousandths < 1000) return {.allowed = false, .remaining = 0};
  bucket.thousandths -= 1000;
  return {.allowed = true, .remaining = bucket.thousandths / 1000};
}

}  // namespace patchbay::sandbox
