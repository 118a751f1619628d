// Requests to one host wait in line behind the limit.
#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <vector>

#include "net/host_slots.h"

namespace patchbay::net {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct HostSlotsTest : testing::Test {
  asio::io_context loop;
  std::shared_ptr<HostSlots> slots = std::make_shared<HostSlots>(loop, 2);
  std::vector<int> order;

  // Takes a slot, notes it, lets others run, gives it back.
  Task<> visit(int number, std::string host) {
    const auto slot = co_await slots->take(std::move(host), Clock::now() + 1min);
    EXPECT_TRUE(slot);
    order.push_back(number);
    co_await asio::post(asio::use_awaitable);
    co_await asio::post(asio::use_awaitable);
  }
  void spawn(Task<> task) { asio::co_spawn(loop, std::move(task), asio::detached); }
};

TEST_F(HostSlotsTest, ServesInTheOrderOfArrivalAndNeverMoreThanTheLimitAtOnce) {
  std::size_t most = 0;
  for (int i = 0; i < 6; ++i) spawn(visit(i, "a"));
  while (loop.run_one() != 0) most = std::max(most, slots->under_way("a"));
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(most, 2U);
  EXPECT_EQ(slots->under_way("a"), 0U);
}

TEST_F(HostSlotsTest, HostsDoNotWaitForOneAnother) {
  spawn(visit(0, "a"));
  spawn(visit(1, "a"));
  spawn(visit(2, "a"));
  spawn(visit(3, "b"));
  loop.run();
  EXPECT_EQ(order, (std::vector{0, 1, 3, 2}));
}

TEST_F(HostSlotsTest, WhoWaitedTooLongGetsNoneAndHoldsUpNobody) {
  bool got_one = true;
  std::optional<HostSlots::Slot> held;
  spawn([](HostSlotsTest& test, std::optional<HostSlots::Slot>& keep, bool& got) -> Task<> {
    auto first = co_await test.slots->take("a", Clock::now() + 1min);
    keep.emplace(*std::move(first));
    const auto second = co_await test.slots->take("a", Clock::now() + 1min);
    const auto third = co_await test.slots->take("a", Clock::now() + 10ms);
    got = third.has_value();
  }(*this, held, got_one));
  loop.run();
  EXPECT_FALSE(got_one);
  EXPECT_EQ(slots->under_way("a"), 1U);
  held.reset();
  loop.restart();
  spawn(visit(7, "a"));
  loop.run();
  EXPECT_EQ(order, std::vector{7});
}

}  // namespace
}  // namespace patchbay::net
