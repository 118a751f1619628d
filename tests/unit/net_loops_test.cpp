#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <stdexcept>
#include <thread>

#include "net/loops.h"

namespace patchbay::net {
namespace {

struct NoDefault {
  explicit NoDefault(int v) : value(v) {}
  int value;
};

Task<std::thread::id> where() {
  co_return std::this_thread::get_id();
}
Task<NoDefault> make(int value) {
  co_return NoDefault(value);
}
Task<> fail() {
  throw std::runtime_error("on purpose");
  co_return;
}

TEST(LoopPool, RunsATaskOnAnotherLoopAndComesBack) {
  LoopPool loops(2);
  loops.start();
  const auto visit = [&]() -> Task<bool> {
    const auto before = std::this_thread::get_id();
    const auto there = co_await run_on(loops.loop(1), where());
    co_return before == std::this_thread::get_id() && there != before;
  };
  EXPECT_TRUE(loops.block_on(visit()));
}

TEST(LoopPool, StaysWhereItIsWhenTheLoopIsTheSame) {
  LoopPool loops(1);
  const auto visit = [&]() -> Task<bool> {
    const auto here = std::this_thread::get_id();
    co_return co_await run_on(loops.loop(0), where()) == here;
  };
  EXPECT_TRUE(loops.block_on(visit()));
}

TEST(LoopPool, CarriesValuesAndExceptionsAcross) {
  LoopPool loops(2);
  loops.start();
  EXPECT_EQ(loops.block_on(run_on(loops.loop(1), make(7))).value, 7);
  EXPECT_THROW(loops.block_on(run_on(loops.loop(1), fail())), std::runtime_error);
}

TEST(LoopPool, NeedsNoThreadsOfItsOwn) {
  LoopPool loops(1);
  EXPECT_EQ(loops.block_on(where()), std::this_thread::get_id());
  EXPECT_EQ(loops.block_on(make(1)).value, 1);
}

TEST(LoopPool, PutsAnIdOnTheSameLoopEveryTime) {
  LoopPool loops(4);
  std::vector<int> hits(4);
  for (int i = 0; i < 1000; ++i) {
    const std::string id = "acc_" + std::to_string(i);
    EXPECT_EQ(loops.index_for(id), LoopPool(4).index_for(id));
    ++hits[loops.index_for(id)];
  }
  for (const int n : hits) EXPECT_GT(n, 180);
  EXPECT_EQ(loops.index_for("acc_3"), 3U) << "the hash must not change: instances would disagree";
}

TEST(LoopPool, FinishesPendingWorkWithinTheGrace) {
  LoopPool loops(2);
  std::atomic<bool> done = false;
  const auto work = [&]() -> Task<> {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(30));
    co_await timer.async_wait(asio::use_awaitable);
    done = true;
  };
  loops.start();
  asio::co_spawn(loops.loop(1), work(), [](const std::exception_ptr&) {});
  loops.stop(std::chrono::seconds(5));
  EXPECT_TRUE(done);
}

TEST(LoopPool, DestroysCoroutinesThatWaitAcrossLoops) {
  auto witness = std::make_shared<int>(0);
  {
    LoopPool loops(2);
    loops.start();
    const auto forever = [](std::shared_ptr<int> kept) -> Task<> {
      asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
      co_await timer.async_wait(asio::use_awaitable);
      ++*kept;
    };
    const auto outer = [&](std::shared_ptr<int> kept) -> Task<> {
      const asio::steady_timer mine(co_await asio::this_coro::executor, std::chrono::hours(1));
      co_await run_on(loops.loop(1), forever(kept));
    };
    asio::co_spawn(loops.loop(0), outer(witness), [](const std::exception_ptr&) {});
    loops.stop(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(witness.use_count(), 1);
}

Task<> wait_there(std::chrono::microseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

// What runs on the other loop may end at the very moment.
TEST(LoopPool, PassesCancellingOnToTheOtherLoopAtAnyMoment) {
  constexpr int kTimes = 2'000;
  std::atomic<int> ended = 0;
  std::atomic<int> cancelled = 0;
  LoopPool loops(2);
  loops.start();
  for (int i = 0; i < kTimes; ++i) {
    const auto signal = std::make_shared<asio::cancellation_signal>();
    const auto time = i % 10 == 0 ? std::chrono::hours(1) : std::chrono::microseconds(i % 150);
    asio::post(loops.loop(0), [&, signal, time] {
      asio::co_spawn(loops.loop(0), run_on(loops.loop(1), wait_there(time)),
                     asio::bind_cancellation_slot(signal->slot(),
                                                  [&, signal](const std::exception_ptr& failure) {
                                                    if (failure) ++cancelled;
                                                    ++ended;
                                                  }));
    });
    std::this_thread::sleep_for(std::chrono::microseconds(i % 170));
    asio::post(loops.loop(0), [signal] { signal->emit(asio::cancellation_type::terminal); });
  }
  for (int i = 0; i < 2'000 && ended < kTimes; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(ended, kTimes);
  EXPECT_GE(cancelled, kTimes / 10);
  loops.stop();
}

}  // namespace
}  // namespace patchbay::net
