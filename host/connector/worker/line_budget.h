#pragma once
// How many log lines a connector may write: so many in each stretch of time, the rest is counted.
// One thread.
#include <chrono>
#include <cstdint>
#include <utility>

namespace patchbay::connector {

class LineBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr unsigned kLines = 200;
  static constexpr std::chrono::seconds kStretch{10};

  // Whether this line may be written.
  bool take(Time now) {
    if (now - began_ >= kStretch) {
      began_ = now;
      taken_ = 0;
    }
    if (taken_ < kLines) {
      ++taken_;
      return true;
    }
    ++left_out_;
    return false;
  }
  // How many were left out since this was last asked.
  std::uint64_t left_out() { return std::exchange(left_out_, 0); }

 private:
  Time began_;
  unsigned taken_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace patchbay::connector
