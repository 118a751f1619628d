#pragma once
// Watchdog: ends an operation whose deadline passes, by calling `expired` once. Moving the deadline
// costs an assignment: the timer is armed again only when it fires early or the deadline comes
// nearer. Belongs to one loop.
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "net/asio.h"

namespace patchbay::net {

class Watchdog : public std::enable_shared_from_this<Watchdog> {
 public:
  using Clock = std::chrono::steady_clock;

  static std::shared_ptr<Watchdog> make(const asio::any_io_executor& loop,
                                        std::function<void()> expired);

  // Asked when the deadline has come, before `expired` is called: a later time is a new deadline.
  void ask_first(std::function<Clock::time_point()> another_chance) {
    another_chance_ = std::move(another_chance);
  }

  void set(Clock::time_point deadline);
  void set(Clock::duration from_now) { set(Clock::now() + from_now); }
  void clear() { deadline_ = Clock::time_point::max(); }
  // Lets go of the callback and the timer.
  void stop();
  [[nodiscard]] bool fired() const { return fired_; }

 private:
  Watchdog(const asio::any_io_executor& loop, std::function<void()> expired)
      : timer_(loop), expired_(std::move(expired)) {}
  void arm();

  asio::steady_timer timer_;
  std::function<void()> expired_;
  std::function<Clock::time_point()> another_chance_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point armed_ = Clock::time_point::max();
  bool fired_ = false;
};

}  // namespace patchbay::net
