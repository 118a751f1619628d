#include "connector/worker/restart_policy.h"

#include <algorithm>

namespace patchbay::connector {

void RestartPolicy::started(Time now) {
  started_ = now;
}

void RestartPolicy::failed(Time now) {
  if (now - started_ > limits_.steady_after) forgive();
  ++in_a_row_;
  not_before_ = now + (quarantined() ? limits_.quarantine : wait_);
  wait_ = std::min(wait_ * 2, limits_.longest_wait);
}

void RestartPolicy::forgive() {
  in_a_row_ = 0;
  wait_ = limits_.first_wait;
  not_before_ = {};
}

std::chrono::milliseconds RestartPolicy::wait_left(Time now) const {
  return std::max(std::chrono::milliseconds(0),
                  std::chrono::duration_cast<std::chrono::milliseconds>(not_before_ - now));
}

}  // namespace patchbay::connector
