#pragma once
// A circuit breaker for one provider's host. Closed, it lets requests pass and counts how many fail
// for the provider's or the network's fault. When at least half of twenty or more did so within
// half a minute it opens, and nothing is sent. After a pause it lets single requests try: three
// good ones in a row close it, a bad one doubles the pause. So does half a minute after the pause
// in which nobody asked.
//
// Pure, like TokenBucket. One thread at a time.
#include <cstdint>

namespace patchbay::pacing {

class Circuit {
 public:
  static constexpr std::int64_t kWindowMs = 30'000;
  static constexpr std::int64_t kFirstPauseMs = 5'000;
  static constexpr std::int64_t kLongestPauseMs = 60'000;
  static constexpr unsigned kFewest = 20;
  static constexpr unsigned kToClose = 3;

  enum class State { kClosed, kOpen, kTrying };
  enum class Outcome { kGood, kFailed, kUnknown };  // unknown: it did not come to an answer

  // 0: it may pass, and its outcome must be noted. Else how long to wait before asking again.
  std::int64_t ask(std::int64_t now);
  // Of a request that passed when the state's number was `since`.
  void note(Outcome outcome, std::uint64_t since, std::int64_t now);
  [[nodiscard]] State state() const { return state_; }
  // How long nothing is sent at all; 0: something may be.
  [[nodiscard]] std::int64_t pause_left(std::int64_t now) const;
  // Grows with each change of state, so that late outcomes of an earlier one are told apart.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  // Nothing that is recent enough to matter.
  [[nodiscard]] bool is_idle(std::int64_t now) const;

 private:
  void change(State state);
  void open(std::int64_t now);
  void close();
  void count(Outcome outcome, std::int64_t now);

  // Two halves of the window; the older one is forgotten as a whole.
  struct Half {
    unsigned all = 0;
    unsigned failed = 0;
  };
  State state_ = State::kClosed;
  std::uint64_t number_ = 0;
  Half now_;
  Half before_;
  std::int64_t half_began_ = 0;
  std::int64_t pause_ms_ = kFirstPauseMs;
  std::int64_t open_until_ = 0;
  bool trying_ = false;
  unsigned good_tries_ = 0;
};

}  // namespace patchbay::pacing
