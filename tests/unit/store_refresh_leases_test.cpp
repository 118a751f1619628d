#include <gtest/gtest.h>

#include "store/refresh_leases_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace leases = refresh_leases_table;

struct RefreshLeasesTest : TablesTest {
  RefreshLeasesTest() { EXPECT_TRUE(accounts_table::insert(db, example_account())); }
  RefreshLease take(const std::string& holder, std::int64_t generation = 1) {
    return leases::take(db, "acc_1", holder, generation).value();
  }
  RefreshLease now() { return leases::find(db, "acc_1")->value(); }
};

TEST_P(RefreshLeasesTest, EachTakingHasAHigherFence) {
  EXPECT_FALSE(leases::find(db, "acc_1")->has_value());
  EXPECT_EQ(take("ins_1").fence, 1);
  EXPECT_EQ(take("ins_2").fence, 2);
  ASSERT_TRUE(leases::release(db, now()));
  EXPECT_EQ(take("ins_2").fence, 3);
  EXPECT_EQ(now().holder, "ins_2");
}

TEST_P(RefreshLeasesTest, WhoeverLostItChangesNothing) {
  auto old = take("ins_1");
  take("ins_2");
  old.presented = 1;
  EXPECT_EQ(code_of(leases::present(db, old)), ErrorCode::kConflict);
  EXPECT_EQ(code_of(leases::release(db, old)), ErrorCode::kConflict);
  EXPECT_EQ(now().holder, "ins_2");
  EXPECT_EQ(now().presented, 0);
}

TEST_P(RefreshLeasesTest, SoDoesTheSameInstanceUnderAnEarlierFence) {
  const auto old = take("ins_1");
  take("ins_1");
  EXPECT_EQ(code_of(leases::release(db, old)), ErrorCode::kConflict);
}

TEST_P(RefreshLeasesTest, ATurnThatIsEndedIsNobodysAndALaterOneStays) {
  const auto old = take("ins_1");
  ASSERT_TRUE(leases::end_turn(db, "acc_1", old.fence));
  EXPECT_EQ(now().holder, "");
  EXPECT_EQ(code_of(leases::release(db, old)), ErrorCode::kConflict);
  const auto later = take("ins_2");
  ASSERT_TRUE(leases::end_turn(db, "acc_1", old.fence));
  EXPECT_TRUE(leases::release(db, later));
}

TEST_P(RefreshLeasesTest, AnIntentOutlivesItsHolderAndEndsWithItsGeneration) {
  auto lease = take("ins_1", 4);
  lease.presented = 1;
  lease.presented_at = 99;
  ASSERT_TRUE(leases::present(db, lease));
  EXPECT_EQ(take("ins_2", 4).presented, 1);
  EXPECT_EQ(now().presented_at, 99);
  const auto next = take("ins_2", 5);
  EXPECT_EQ(next.presented, 0);
  EXPECT_EQ(next.presented_at, 0);
}

TEST_P(RefreshLeasesTest, AFailureStaysForWhoeverComesNext) {
  auto lease = take("ins_1");
  lease.retry_at = 500;
  lease.last_error = "The provider is away.";
  ASSERT_TRUE(leases::release(db, lease));
  EXPECT_EQ(now().holder, "");
  EXPECT_EQ(now().retry_at, 500);
  EXPECT_EQ(now().last_error, "The provider is away.");
  EXPECT_EQ(take("ins_2").retry_at, 0);
}

TEST_P(RefreshLeasesTest, ItGoesWithItsAccount) {
  take("ins_1");
  ASSERT_TRUE(accounts_table::remove(db, "prj_1", "acc_1"));
  EXPECT_FALSE(leases::find(db, "acc_1")->has_value());
}

TEST_P(RefreshLeasesTest, TheSharedTimeIsTheServersOrTheMachines) {
  const auto time = leases::shared_time(db, 42).value();
  if (GetParam() == Kind::kSqlite) {
    EXPECT_EQ(time, 42);
  } else {
    EXPECT_GT(time, 1'700'000'000'000);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, RefreshLeasesTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
