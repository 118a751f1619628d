// The circuit breaker, and what a process remembers of each provider.
#include <gtest/gtest.h>

#include "base/clock.h"
#include "metrics/connector_counters.h"
#include "pacing/circuit.h"
#include "pacing/provider_table.h"
#include "pacing/retry_budget.h"

namespace patchbay::pacing {
namespace {

using Outcome = Circuit::Outcome;
using State = Circuit::State;

struct CircuitTest : testing::Test {
  Circuit circuit;
  std::int64_t now = 5'000'000;

  // Whether it was let pass.
  bool call(Outcome outcome) {
    if (circuit.ask(now) != 0) return false;
    circuit.note(outcome, circuit.number(), now);
    return true;
  }
  void calls(unsigned times, Outcome outcome) {
    for (unsigned i = 0; i < times; ++i) call(outcome);
  }
  void open() { calls(Circuit::kFewest, Outcome::kFailed); }
};

TEST_F(CircuitTest, OpensWhenHalfOfEnoughCallsFail) {
  calls(10, Outcome::kGood);
  calls(9, Outcome::kFailed);
  EXPECT_EQ(circuit.state(), State::kClosed);
  call(Outcome::kFailed);
  EXPECT_EQ(circuit.state(), State::kOpen);
  EXPECT_EQ(circuit.ask(now), Circuit::kFirstPauseMs);
}

TEST_F(CircuitTest, BearsFewerFailuresAndThoseOfLongAgo) {
  calls(Circuit::kFewest - 1, Outcome::kFailed);
  EXPECT_EQ(circuit.state(), State::kClosed) << "too few to judge by";
  now += Circuit::kWindowMs;
  calls(Circuit::kFewest - 1, Outcome::kFailed);
  EXPECT_EQ(circuit.state(), State::kClosed) << "the earlier ones are forgotten";
  calls(100, Outcome::kUnknown);
  EXPECT_EQ(circuit.state(), State::kClosed);
}

TEST_F(CircuitTest, LetsOneTryAtATimeWhenThePauseIsOver) {
  open();
  now += Circuit::kFirstPauseMs - 1;
  EXPECT_EQ(circuit.ask(now), 1);
  now += 1;
  EXPECT_EQ(circuit.ask(now), 0);
  EXPECT_EQ(circuit.ask(now), 1'000) << "one tries already";
  circuit.note(Outcome::kUnknown, circuit.number(), now);
  EXPECT_EQ(circuit.ask(now), 0) << "that one came to nothing";
}

TEST_F(CircuitTest, ClosesAfterThreeGoodTries) {
  open();
  now += Circuit::kFirstPauseMs;
  calls(2, Outcome::kGood);
  EXPECT_EQ(circuit.state(), State::kTrying);
  call(Outcome::kGood);
  EXPECT_EQ(circuit.state(), State::kClosed);
  call(Outcome::kFailed);
  EXPECT_EQ(circuit.state(), State::kClosed) << "what was before is forgotten";
}

TEST_F(CircuitTest, WaitsLongerAfterEachBadTry) {
  open();
  std::int64_t pause = Circuit::kFirstPauseMs;
  for (int i = 0; i < 8; ++i) {
    now += pause;
    EXPECT_TRUE(call(Outcome::kFailed)) << i;
    pause = std::min(2 * pause, Circuit::kLongestPauseMs);
    EXPECT_EQ(circuit.ask(now), pause) << i;
  }
}

// Several requests of one flow may come at once then, and none of them is held back.
TEST_F(CircuitTest, IsClosedAgainWhenNobodyAskedForLong) {
  open();
  now += Circuit::kFirstPauseMs + Circuit::kWindowMs - 1;
  EXPECT_EQ(circuit.ask(now), 0);
  EXPECT_EQ(circuit.ask(now), 1'000) << "not yet";
  now += 1;
  EXPECT_EQ(circuit.ask(now), 1'000) << "one tries still";
  circuit.note(Outcome::kUnknown, circuit.number(), now);
  EXPECT_EQ(circuit.ask(now), 0);
  EXPECT_EQ(circuit.ask(now), 0);
  EXPECT_EQ(circuit.state(), State::kClosed);
  calls(Circuit::kFewest - 1, Outcome::kFailed);
  EXPECT_EQ(circuit.state(), State::kClosed) << "what was before is forgotten";
  call(Outcome::kFailed);
  EXPECT_EQ(circuit.ask(now), Circuit::kFirstPauseMs) << "so is how long it paused";
}

TEST_F(CircuitTest, LateOutcomesOfAnEarlierStateCountForNothing) {
  const auto before = circuit.number();
  open();
  circuit.note(Outcome::kGood, before, now);
  EXPECT_EQ(circuit.state(), State::kOpen);
  now += Circuit::kFirstPauseMs;
  ASSERT_EQ(circuit.ask(now), 0);
  for (int i = 0; i < 5; ++i) circuit.note(Outcome::kGood, before, now);
  EXPECT_EQ(circuit.state(), State::kTrying);
  EXPECT_NE(circuit.ask(now), 0) << "the one that tries is still under way";
}

TEST(RetryBudget, IsATenthOfWhatIsSentAndAFewAtFirst) {
  RetryBudget budget;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.spend()) << i;
  EXPECT_FALSE(budget.spend());
  unsigned retries = 0;
  for (int i = 0; i < 1'000; ++i) {
    budget.earn();
    if (budget.spend()) ++retries;
  }
  EXPECT_EQ(retries, 100U);
}

TEST(RetryBudget, SavesUpNoMoreThanAHundred) {
  RetryBudget budget;
  for (int i = 0; i < 100'000; ++i) budget.earn();
  unsigned retries = 0;
  while (budget.spend()) ++retries;
  EXPECT_EQ(retries, 100U);
}

struct ProviderTableTest : testing::Test {
  FakeClock clock;
  ProviderTable table{clock};

  void fail(const std::string& provider) {
    for (unsigned i = 0; i < Circuit::kFewest; ++i) {
      auto asked = table.ask(provider);
      ASSERT_TRUE(asked.passage);
      asked.passage->note(Outcome::kFailed);
    }
  }
};

TEST_F(ProviderTableTest, OneProvidersTroubleIsNotAnothers) {
  fail("acme a.example");
  const auto asked = table.ask("acme a.example");
  EXPECT_FALSE(asked.passage);
  EXPECT_EQ(asked.retry_after_ms, Circuit::kFirstPauseMs);
  EXPECT_TRUE(table.ask("acme b.example").passage);
}

TEST_F(ProviderTableTest, TellsWhichOfAConnectorsHostsAreLeftAlone) {
  fail("acme a.example");
  fail("acme-test a.example");
  (void)table.ask("acme b.example");
  clock.advance_ms(1'000);
  const auto resting = table.resting("acme");
  ASSERT_EQ(resting.size(), 1U);
  EXPECT_EQ(resting[0].host, "a.example");
  EXPECT_EQ(resting[0].left_ms, Circuit::kFirstPauseMs - 1'000);
  clock.advance_ms(Circuit::kFirstPauseMs);
  EXPECT_TRUE(table.resting("acme").empty()) << "it may be tried";
}

TEST_F(ProviderTableTest, ATryThatIsDroppedMakesRoomForTheNext) {
  fail("acme a.example");
  clock.advance_ms(Circuit::kFirstPauseMs);
  {
    const auto trying = table.ask("acme a.example");
    ASSERT_TRUE(trying.passage);
    EXPECT_FALSE(table.ask("acme a.example").passage);
  }
  EXPECT_TRUE(table.ask("acme a.example").passage);
}

TEST_F(ProviderTableTest, TheMetricKnowsHowManyAreOpen) {
  const auto& open = metrics::of_connector("counted").circuits_open;
  const auto others = open.value();
  fail("counted a.example");
  fail("counted b.example");
  EXPECT_EQ(open.value(), others + 2);
  clock.advance_ms(Circuit::kFirstPauseMs);
  for (unsigned i = 0; i < Circuit::kToClose; ++i)
    table.ask("counted a.example").passage->note(Outcome::kGood);
  EXPECT_EQ(open.value(), others + 1);
  clock.advance_ms(Circuit::kWindowMs);
  EXPECT_TRUE(table.ask("counted b.example").passage);
  EXPECT_EQ(open.value(), others) << "nobody asked for long";
}

TEST_F(ProviderTableTest, ForgetsHostsThatRest) {
  for (int i = 0; i < 10'000; ++i) {
    auto asked = table.ask("acme " + std::to_string(i));
    asked.passage->note(Outcome::kGood);
    clock.advance_ms(1'000);
  }
  EXPECT_LT(table.size(), 100U);
}

}  // namespace
}  // namespace patchbay::pacing
