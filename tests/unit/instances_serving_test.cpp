// What an instance serves from memory, and when a change counts as known everywhere.
#include <gtest/gtest.h>

#include "instances/instance.h"
#include "store/change_sequence_table.h"
#include "store_test_support.h"

namespace patchbay::instances {
namespace {

struct ServingTest : testing::TestWithParam<store::Kind> {
  ServingTest() { (void)place.open_migrated(); }

  std::int64_t take_something_away() {
    return store
        .transact_blocking(
            [](store::Database& db) { return store::change_sequence_table::bump(db); })
        .value();
  }
  std::int64_t sequence(Instance& instance) {
    const auto read = loops.block_on(instance.sequence());
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : -1;
  }
  void run_for(std::chrono::milliseconds time) {
    loops.loop(0).restart();
    loops.loop(0).run_for(time);
  }
  std::size_t rows() { return store.read_blocking(store::instances_table::list)->size(); }

  store::TestPlace place{GetParam()};
  net::LoopPool loops{1};
  OsRandom random;
  FakeClock clock;
  store::Store store{place.open(5'000), store::Store::Runs::kCaller};
  Instance here{loops, store, clock, random};
  Instance there{loops, store, clock, random};
};

TEST_P(ServingTest, MemoryIsServedForTwoSecondsAfterTheSequenceWasRead) {
  EXPECT_FALSE(here.may_serve(1)) << "it has not been read yet";
  const auto read_at = sequence(here);
  EXPECT_TRUE(here.may_serve(read_at));
  clock.advance_ms(1'999);
  EXPECT_TRUE(here.may_serve(read_at));
  clock.advance_ms(1);
  EXPECT_FALSE(here.may_serve(read_at));
  EXPECT_EQ(sequence(here), read_at);
  EXPECT_TRUE(here.may_serve(read_at));
}

TEST_P(ServingTest, WhatIsOlderThanTheLastChangeIsNotServedOnceThatWasSeen) {
  const auto read_at = sequence(here);
  const auto change = take_something_away();
  EXPECT_TRUE(here.may_serve(read_at)) << "it can't know yet";
  ASSERT_TRUE(loops.block_on(here.look()));
  EXPECT_FALSE(here.may_serve(read_at));
  EXPECT_TRUE(here.may_serve(change));
}

TEST_P(ServingTest, WhenTheSequenceCannotBeReadNothingIsServed) {
  const auto read_at = sequence(here);
  clock.advance_ms(2'000);
  store.stop();
  const auto refused = loops.block_on(here.sequence());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStorage);
  EXPECT_FALSE(here.may_serve(read_at));
}

TEST_P(ServingTest, WhereNothingCanBeWrittenTheOnlyInstanceGoesOnServing) {
  const auto read_at = sequence(here);
  const auto other = place.open();
  ASSERT_TRUE(other->execute(GetParam() == store::Kind::kSqlite
                                 ? "CREATE TRIGGER full BEFORE UPDATE ON instances BEGIN SELECT "
                                   "RAISE(ABORT, 'disk full'); END"
                                 : "ALTER TABLE instances ADD CHECK (beat < 2)"));
  for (int i = 0; i < 100; ++i) {
    clock.advance_ms(1'000);
    ASSERT_TRUE(loops.block_on(here.look()));
  }
  EXPECT_TRUE(here.may_serve(read_at));
  ASSERT_TRUE(other->execute("INSERT INTO instances VALUES ('ins_other', '', 1, 1, 1)"));
  clock.advance_ms(2'000);
  EXPECT_FALSE(loops.block_on(here.look())) << "the other one may clear its row away";
  EXPECT_FALSE(here.may_serve(read_at));
}

TEST_P(ServingTest, AChangeIsKnownAtOnceWhereThereIsNoOtherInstance) {
  const auto old = sequence(here);
  EXPECT_TRUE(here.may_serve(old));
  loops.block_on(here.until_all_have_seen(take_something_away()));
  EXPECT_FALSE(here.may_serve(old)) << "the own memory is older than the change";
}

TEST_P(ServingTest, AChangeIsKnownWhenAllOthersHaveReportedIt) {
  (void)sequence(here);
  const auto old = sequence(there);
  const auto change = take_something_away();
  bool known = false;
  net::asio::co_spawn(
      loops.loop(0),
      [&]() -> Task<> {
        co_await here.until_all_have_seen(change);
        known = true;
        EXPECT_FALSE(there.may_serve(old)) << "acknowledged although it is still served";
      },
      [](const std::exception_ptr& thrown) { EXPECT_EQ(thrown, nullptr); });
  run_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(known);
  ASSERT_TRUE(loops.block_on(there.look()));
  run_for(std::chrono::milliseconds(500));
  EXPECT_TRUE(known);
}

TEST_P(ServingTest, AChangeIsKnownWhenTheTimeIsOverInWhichAFrozenOneMayServe) {
  (void)sequence(here);
  const auto old = sequence(there);
  const auto change = take_something_away();
  bool known = false;
  net::asio::co_spawn(
      loops.loop(0),
      [&]() -> Task<> {
        co_await here.until_all_have_seen(change);
        known = true;
      },
      [](const std::exception_ptr& thrown) { EXPECT_EQ(thrown, nullptr); });
  run_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(known);
  clock.advance_ms(2'100);
  run_for(std::chrono::milliseconds(500));
  EXPECT_TRUE(known);
  EXPECT_FALSE(there.may_serve(old));
}

TEST_P(ServingTest, AnInstanceHasARowBeforeItServesAndNoneAfterItsEnd) {
  EXPECT_EQ(rows(), 0U);
  (void)sequence(here);
  EXPECT_EQ(rows(), 1U);
  here.leave();
  EXPECT_EQ(rows(), 0U);
}

TEST_P(ServingTest, AnInstanceWhoseRowWasTakenAwayMakesItAnew) {
  (void)sequence(here);
  here.leave();
  clock.advance_ms(2'000);
  (void)sequence(here);
  EXPECT_EQ(rows(), 1U);
}

TEST_P(ServingTest, WhileItOnlyServesItWritesRarely) {
  const auto beat = [&] { return store.read_blocking(store::instances_table::list)->at(0).beat; };
  (void)sequence(here);
  const auto first = beat();
  for (int i = 0; i < 9; ++i) {
    clock.advance_ms(1'000);
    ASSERT_TRUE(loops.block_on(here.look()));
  }
  EXPECT_EQ(beat(), first);
  const auto hold = here.hold();
  ASSERT_TRUE(loops.block_on(here.look()));
  EXPECT_EQ(beat(), first + 1) << "a holder of turns has to show that it lives";
}

INSTANTIATE_TEST_SUITE_P(Every, ServingTest, store::every_kind, store::name_of_kind);

}  // namespace
}  // namespace patchbay::instances
