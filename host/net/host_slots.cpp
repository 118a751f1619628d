#include "net/host_slots.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

namespace patchbay::net {

struct HostSlots::Waiter {
  explicit Waiter(asio::io_context& loop, Time deadline) : timer(loop, deadline) {}
  asio::steady_timer timer;
  bool granted = false;
  bool gone = false;  // nobody waits any more
};

Task<std::optional<HostSlots::Slot>> HostSlots::take(std::string host, Time deadline) {
  const auto self = shared_from_this();
  Line& line = lines_[host];
  if (line.taken < most_) {
    ++line.taken;
    co_return Slot(self, std::move(host));
  }
  const auto waiter = std::make_shared<Waiter>(loop_, deadline);
  line.waiting.push_back(waiter);
  try {
    (void)co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  } catch (const boost::system::system_error&) {
    // Cancelled before it began to wait.
  }
  waiter->gone = true;
  if (!waiter->granted) co_return std::nullopt;
  co_return Slot(self, std::move(host));
}

// Who waits longest takes over; the count stays.
void HostSlots::give_back(const std::string& host) {
  const auto found = lines_.find(host);
  auto& waiting = found->second.waiting;
  while (!waiting.empty()) {
    const auto next = waiting.front();
    waiting.pop_front();
    if (next->gone) continue;
    next->granted = true;
    next->timer.cancel();
    return;
  }
  if (--found->second.taken == 0) lines_.erase(found);
}

std::size_t HostSlots::under_way(const std::string& host) const {
  const auto found = lines_.find(host);
  return found == lines_.end() ? 0 : found->second.taken;
}

}  // namespace patchbay::net
