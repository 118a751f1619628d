#include "virtual_time.h"

#include <sys/epoll.h>

#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace patchbay::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

VirtualTime* current = nullptr;

}  // namespace

VirtualTime::VirtualTime() : on_wait_([this](milliseconds at_most) { advance(at_most); }) {
  if (current != nullptr) throw std::logic_error("there is a virtual time already");
  current = this;
}

VirtualTime::~VirtualTime() {
  current = nullptr;
}

std::optional<milliseconds> VirtualTime::until_next_timer(boost::asio::io_context& loop) {
  // A loop that has had no timer yet has no reactor, and would wait for another thread.
  const boost::asio::steady_timer sees_to_the_reactor(loop);
  std::optional<milliseconds> next;
  auto before = std::exchange(on_wait_, [&](milliseconds at_most) {
    next = at_most;
    loop.stop();
  });
  loop.run_one();
  loop.restart();
  on_wait_ = std::move(before);
  return next;
}

// What the calls of the linked program come to.
struct VirtualTimeCalls {
  static int wait(int timeout_ms) {
    if (timeout_ms != 0) current->on_wait_(milliseconds(timeout_ms));
    return 0;  // nothing is watched, so nothing is ready
  }
};

}  // namespace patchbay::simulator

// The linker sends calls of NAME to __wrap_NAME, and __real_NAME is what it was.
using patchbay::simulator::VirtualTimeCalls;
#define PATCHBAY_STEADY_NOW "_ZNSt6chrono3_V212steady_clock3nowEv"
#define PATCHBAY_SYSTEM_NOW "_ZNSt6chrono3_V212system_clock3nowEv"

std::chrono::steady_clock::time_point real_steady_now() noexcept
    __asm__("__real_" PATCHBAY_STEADY_NOW);
std::chrono::system_clock::time_point real_system_now() noexcept
    __asm__("__real_" PATCHBAY_SYSTEM_NOW);
std::chrono::steady_clock::time_point steady_now() noexcept __asm__("__wrap_" PATCHBAY_STEADY_NOW);
std::chrono::system_clock::time_point system_now() noexcept __asm__("__wrap_" PATCHBAY_SYSTEM_NOW);

std::chrono::steady_clock::time_point steady_now() noexcept {
  const auto* time = patchbay::simulator::current;
  if (time == nullptr) return real_steady_now();
  return std::chrono::steady_clock::time_point(time->elapsed());
}

std::chrono::system_clock::time_point system_now() noexcept {
  const auto* time = patchbay::simulator::current;
  if (time == nullptr) return real_system_now();
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(time->unix_ms()));
}

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker's names
int __real_timerfd_create(int clock, int flags);
int __real_epoll_wait(int epoll, epoll_event* events, int most, int timeout_ms);

int __wrap_timerfd_create(int clock, int flags) {
  if (patchbay::simulator::current == nullptr) return __real_timerfd_create(clock, flags);
  errno = EINVAL;
  return -1;
}

int __wrap_epoll_wait(int epoll, epoll_event* events, int most, int timeout_ms) {
  if (patchbay::simulator::current == nullptr)
    return __real_epoll_wait(epoll, events, most, timeout_ms);
  return VirtualTimeCalls::wait(timeout_ms);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}
