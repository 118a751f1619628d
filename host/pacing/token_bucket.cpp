#include "pacing/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace patchbay::pacing {
namespace {

// Sums of fractions of a token that should be whole.
constexpr double kAlmost = 1e-6;

}  // namespace

double TokenBucket::level(std::int64_t now) const {
  const auto passed = static_cast<double>(std::max<std::int64_t>(now - at_, 0));
  return std::min(rate_.capacity, level_ + passed * rate_.per_ms);
}

void TokenBucket::move_to(std::int64_t now) {
  level_ = level(now);
  at_ = std::max(at_, now);
}

std::int64_t TokenBucket::wait_ms(std::int64_t now) const {
  const std::int64_t closed_for = std::max<std::int64_t>(at_ - now, 0);
  const double lacking = 1 - level(now);
  if (lacking <= kAlmost) return closed_for;
  return closed_for + static_cast<std::int64_t>(std::ceil(lacking / rate_.per_ms - kAlmost));
}

double TokenBucket::promised(std::int64_t now) const {
  return std::max(0.0, -level(now));
}

void TokenBucket::take(std::int64_t now) {
  move_to(now);
  level_ -= 1;
}

void TokenBucket::give_back(std::int64_t now) {
  move_to(now);
  level_ = std::min(rate_.capacity, level_ + 1);
}

void TokenBucket::correct(std::optional<BucketRate> rate, std::optional<double> remaining,
                          std::int64_t now) {
  move_to(now);
  if (rate && *rate != rate_) {
    level_ += rate->capacity - rate_.capacity;
    rate_ = *rate;
  }
  if (remaining) level_ = std::min(level_, std::max(0.0, *remaining));
}

void TokenBucket::close_until(std::int64_t until, std::int64_t now) {
  move_to(now);
  at_ = std::max(at_, until);
  level_ = std::min(level_, 0.0);
}

bool TokenBucket::is_full(std::int64_t now) const {
  return !is_closed(now) && level(now) >= rate_.capacity - kAlmost;
}

}  // namespace patchbay::pacing
