#include "pacing/retry_budget.h"

#include <algorithm>

namespace patchbay::pacing {

void RetryBudget::earn() {
  left_ = std::min(left_ + kShare, kMost);
}

bool RetryBudget::spend() {
  constexpr double kAlmostOne = 1 - 1e-6;  // ten tenths
  if (left_ < kAlmostOne) return false;
  left_ -= 1;
  return true;
}

}  // namespace patchbay::pacing
