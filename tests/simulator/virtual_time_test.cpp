// What virtual time promises, and what it relies on in Boost.Asio.
#include "virtual_time.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <vector>

#include "base/clock.h"
#include "net/asio.h"

namespace patchbay::simulator {
namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::int64_t kDayMs = 86'400'000;

TEST(VirtualTime, TurnsBothClocksOfTheProgram) {
  VirtualTime time;
  const auto steady = std::chrono::steady_clock::now();
  EXPECT_EQ(SystemClock().unix_ms(), VirtualTime::kStartUnixMs);
  time.advance(30 * 24h);
  EXPECT_EQ(std::chrono::steady_clock::now() - steady, hours(30 * 24));
  EXPECT_EQ(SystemClock().unix_ms(), VirtualTime::kStartUnixMs + 30 * kDayMs);
}

TEST(VirtualTime, GivesTheMachinesTimeBack) {
  {
    const VirtualTime time;
  }
  EXPECT_GT(SystemClock().unix_ms(), VirtualTime::kStartUnixMs + kDayMs);
}

TEST(VirtualTime, AsiosReactorIsDeniedATimerfdAndWaitsInEpollWait) {
  const VirtualTime time;
  EXPECT_EQ(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(VirtualTime, ThirtyDaysOfTimersFireInOrderAndOnTime) {
  VirtualTime time;
  asio::io_context loop(1);
  std::vector<std::int64_t> fired;
  std::vector<asio::steady_timer> timers;
  for (std::int64_t day = 30; day > 0; --day) {
    timers.emplace_back(loop, milliseconds(day * kDayMs));
    timers.back().async_wait(
        [&](const boost::system::error_code&) { fired.push_back(time.elapsed().count()); });
  }
  loop.run();
  ASSERT_EQ(fired.size(), 30U);
  for (std::int64_t day = 1; day <= 30; ++day)
    EXPECT_EQ(fired[static_cast<std::size_t>(day - 1)], day * kDayMs);
}

TEST(VirtualTime, ATimerOfAnHourThatEachTimeIsSetAgainKeepsItsPace) {
  VirtualTime time;
  asio::io_context loop(1);
  int rounds = 0;
  asio::co_spawn(
      loop,
      [&]() -> net::Task<> {
        asio::steady_timer timer(loop);
        while (rounds < 24 * 30) {
          timer.expires_after(1h);
          co_await timer.async_wait(asio::use_awaitable);
          ++rounds;
        }
      },
      asio::detached);
  loop.run();
  EXPECT_EQ(time.elapsed(), 30 * 24h);
}

TEST(VirtualTime, TellsHowLongALoopWouldWait) {
  VirtualTime time;
  asio::io_context loop(1);
  EXPECT_EQ(time.until_next_timer(loop), std::nullopt);
  asio::steady_timer timer(loop, 90s);
  timer.async_wait([](const boost::system::error_code&) {});
  EXPECT_EQ(time.until_next_timer(loop), 90s);
  time.advance(60s);
  EXPECT_EQ(time.until_next_timer(loop), 30s);
  EXPECT_EQ(time.elapsed(), 60s);  // asking moved nothing
}

TEST(VirtualTime, ALoopNeverWantsToWaitForLongerThanFiveMinutes) {
  VirtualTime time;
  asio::io_context loop(1);
  asio::steady_timer timer(loop, 24h);
  timer.async_wait([](const boost::system::error_code&) {});
  EXPECT_EQ(time.until_next_timer(loop), 5min);
}

TEST(VirtualTime, ALoopThatNeverHadATimerIsNotWaitedFor) {
  VirtualTime time;
  asio::io_context loop(1);
  const auto guard = asio::make_work_guard(loop);
  EXPECT_EQ(time.until_next_timer(loop), 5min);
}

TEST(VirtualTime, PollingRunsWhatIsDueAndNothingElse) {
  VirtualTime time;
  asio::io_context loop(1);
  int fired = 0;
  asio::steady_timer timer(loop, 10s);
  timer.async_wait([&](const boost::system::error_code&) { ++fired; });
  asio::post(loop, [&] { ++fired; });
  EXPECT_EQ(loop.poll(), 1U);
  time.advance(10s);
  EXPECT_EQ(loop.poll_one(), 1U);
  EXPECT_EQ(fired, 2);
}

}  // namespace
}  // namespace patchbay::simulator
