#pragma once
// Time that stands still until it is moved. While one of these lives, std::chrono's system and
// steady clock show its time to everything that is linked into the program, and Boost.Asio waits
// for nothing: its reactor is told that there is no timerfd, so that it computes how long to wait
// for its next timer, and where it would wait, `on_wait` is called with that. Days pass in
// milliseconds, and not a line of production code knows.
//
// It works through the linker's --wrap (see CMakeLists.txt) and not by a symbol of libc, so that
// sanitizers, SQLite and OpenSSL keep their own time. What it relies on in Boost 1.81's
// epoll_reactor is pinned by virtual_time_test.cpp.
//
// One at a time; one thread. Loops must be made while it lives, and watch no descriptors.
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace patchbay::simulator {

class VirtualTime {
 public:
  static constexpr std::int64_t kStartUnixMs = 1'750'000'000'000;

  VirtualTime();
  ~VirtualTime();
  VirtualTime(const VirtualTime&) = delete;
  VirtualTime& operator=(const VirtualTime&) = delete;

  [[nodiscard]] std::chrono::milliseconds elapsed() const { return elapsed_; }
  [[nodiscard]] std::int64_t unix_ms() const { return kStartUnixMs + elapsed_.count(); }
  void advance(std::chrono::milliseconds by) { elapsed_ += by; }

  // What happens in place of waiting; at first, time moves on by `at_most`. That is how long the
  // loop wants to wait: until its next timer, and five minutes at most.
  using OnWait = std::function<void(std::chrono::milliseconds at_most)>;
  void on_wait(OnWait instead) { on_wait_ = std::move(instead); }

  // How long until this loop's next timer, five minutes at most; nothing: it has no work left. The
  // loop must have no handler that is ready.
  std::optional<std::chrono::milliseconds> until_next_timer(boost::asio::io_context& loop);

 private:
  friend struct VirtualTimeCalls;
  std::chrono::milliseconds elapsed_{0};
  OnWait on_wait_;
};

}  // namespace patchbay::simulator
