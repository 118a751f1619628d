#pragma once
// How many requests to a provider may be tried again: one in ten, so that retries can't bring down
// what has just got up again. A few are there from the beginning, for providers that are seldom
// asked.
//
// Pure. One thread at a time.
namespace patchbay::pacing {

class RetryBudget {
 public:
  static constexpr double kShare = 0.1;
  static constexpr double kAtFirst = 3;
  static constexpr double kMost = 100;

  // A request is sent for the first time.
  void earn();
  // False: not this one.
  bool spend();

 private:
  double left_ = kAtFirst;
};

}  // namespace patchbay::pacing
