#include "net/watchdog.h"

#include <utility>

namespace patchbay::net {

std::shared_ptr<Watchdog> Watchdog::make(const asio::any_io_executor& loop,
                                         std::function<void()> expired) {
  return std::shared_ptr<Watchdog>(new Watchdog(loop, std::move(expired)));
}

void Watchdog::set(Clock::time_point deadline) {
  deadline_ = deadline;
  if (deadline_ < armed_) arm();
}

void Watchdog::stop() {
  clear();
  expired_ = nullptr;
  another_chance_ = nullptr;
  timer_.cancel();
}

void Watchdog::arm() {
  armed_ = deadline_;
  timer_.expires_at(deadline_);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->armed_ = Clock::time_point::max();
    if (self->deadline_ == Clock::time_point::max() || self->fired_) return;
    if (self->deadline_ <= Clock::now() && self->another_chance_)
      self->deadline_ = self->another_chance_();
    if (self->deadline_ > Clock::now()) {
      self->arm();
      return;
    }
    self->fired_ = true;
    if (const auto expired = std::exchange(self->expired_, nullptr)) expired();
  });
}

}  // namespace patchbay::net
