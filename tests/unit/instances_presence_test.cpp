#include <gtest/gtest.h>
#include <unistd.h>

#include "instances/presence.h"
#include "instances/process_mark.h"

namespace patchbay::instances {
namespace {

struct PresenceTest : testing::Test {
  static store::InstanceRow row(const std::string& id, std::int64_t beat,
                                const std::string& process = "") {
    return {id, process, 1, beat, 1};
  }
  // Looks every second, as long as the beats stand still.
  void look_for(int seconds, const std::vector<store::InstanceRow>& rows) {
    for (int i = 0; i < seconds; ++i) {
      clock.advance_ms(1'000);
      presence.saw(rows);
    }
  }

  FakeClock clock;
  Presence presence{clock, "ins_1", ""};
};

TEST_F(PresenceTest, WhoeverStandsStillForFiveSecondsIsDeadUntilItBeatsAgain) {
  presence.saw({row("ins_2", 7)});
  look_for(4, {row("ins_2", 7)});
  EXPECT_TRUE(presence.dead().empty());
  look_for(1, {row("ins_2", 7)});
  ASSERT_EQ(presence.dead().size(), 1U);
  EXPECT_EQ(presence.dead()[0].id, "ins_2");
  EXPECT_EQ(presence.dead()[0].beat, 7);
  presence.saw({row("ins_2", 8)});
  EXPECT_TRUE(presence.dead().empty());
}

TEST_F(PresenceTest, WhoeverBeatsLives) {
  for (int beat = 1; beat < 100; ++beat) look_for(4, {row("ins_2", beat)});
  EXPECT_TRUE(presence.dead().empty());
}

TEST_F(PresenceTest, AnObserverThatDidNotLookForAWhileBeginsAnew) {
  presence.saw({row("ins_2", 7)});
  clock.advance_ms(60'000);  // frozen, or without a database, like perhaps everybody
  EXPECT_TRUE(presence.dead().empty());
  presence.saw({row("ins_2", 7)});
  EXPECT_TRUE(presence.dead().empty());
  look_for(5, {row("ins_2", 7)});
  EXPECT_EQ(presence.dead().size(), 1U);
}

TEST_F(PresenceTest, AnInstanceNeverTakesItselfForDead) {
  presence.saw({row("ins_1", 7)});
  look_for(100, {row("ins_1", 7)});
  EXPECT_TRUE(presence.dead().empty());
}

TEST_F(PresenceTest, RowsAreClearedAwayLongAfterTheirInstanceMayHaveServed) {
  presence.saw({row("ins_2", 7)});
  look_for(59, {row("ins_2", 7)});
  EXPECT_TRUE(presence.long_gone().empty());
  look_for(1, {row("ins_2", 7)});
  EXPECT_EQ(presence.long_gone().size(), 1U);
}

TEST_F(PresenceTest, AnInstanceCeasesToActBeforeOthersMayTakeItForDead) {
  EXPECT_FALSE(presence.may_act()) << "it has never beaten";
  presence.wrote(clock.uptime_ms());
  clock.advance_ms(3'999);
  EXPECT_TRUE(presence.may_act());
  clock.advance_ms(1);
  EXPECT_FALSE(presence.may_act());
  EXPECT_TRUE(presence.is_known());
  clock.advance_ms(26'000);
  EXPECT_FALSE(presence.is_known());
}

TEST_F(PresenceTest, TheWallClockDoesNotMatter) {
  presence.wrote(clock.uptime_ms());
  clock.advance_ms(-3'600'000);
  EXPECT_TRUE(presence.may_act());
}

TEST_F(PresenceTest, AProcessOfThisMachineThatHasEndedIsDeadAtOnce) {
  const auto mine = mark_of_this_process();
  ASSERT_FALSE(mine.empty());
  const auto pid = "/" + std::to_string(::getpid()) + "/";
  ASSERT_NE(mine.find(pid), std::string::npos);
  auto other = mine;
  other.replace(other.find(pid), pid.size(), "/4194304/");  // beyond the highest pid there is
  presence.saw({row("alive", 1, mine), row("ended", 1, other), row("pid given anew", 1, mine + "1"),
                row("elsewhere", 1, "boot/pid:[1]/4194304/5"), row("unknown", 1, "")});
  std::vector<std::string> ids;
  for (const auto& one : presence.dead()) ids.push_back(one.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"ended", "pid given anew"}));
}

}  // namespace
}  // namespace patchbay::instances
