// Schema history: from empty, again, from every earlier version, and refusing the future.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "store/change_sequence_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

struct MigrationsTest : testing::TestWithParam<Kind> {
  TestPlace place{GetParam()};
};

TEST_P(MigrationsTest, AnEmptyDatabaseGetsTheLatestSchema) {
  const auto db = place.open();
  EXPECT_EQ(schema_version(*db).value(), 0);
  ASSERT_TRUE(migrate(*db));
  EXPECT_EQ(schema_version(*db).value(), latest_schema_version());
  EXPECT_TRUE(db->has_table("accounts").value());
}

TEST_P(MigrationsTest, EveryEarlierVersionReachesTheLatest) {
  for (std::int64_t from = 0; from <= latest_schema_version(); ++from) {
    const TestPlace fresh(GetParam());
    const auto db = fresh.open();
    ASSERT_TRUE(migrate_to(*db, from));
    EXPECT_EQ(schema_version(*db).value(), from);
    ASSERT_TRUE(migrate(*db));
    EXPECT_EQ(schema_version(*db).value(), latest_schema_version());
  }
}

TEST_P(MigrationsTest, MigratingAgainChangesNothing) {
  {
    const auto db = place.open_migrated();
    add_project(*db);
    ASSERT_TRUE(change_sequence_table::bump(*db));
  }
  const auto db = place.open_migrated();
  EXPECT_TRUE(projects_table::find(*db, "prj_1").value().has_value());
  EXPECT_EQ(change_sequence_table::current(*db).value(), 2);
}

TEST_P(MigrationsTest, AnUpToDateDatabaseNeedsNoWriteLock) {
  const auto holder = place.open_migrated();
  ASSERT_TRUE(holder->begin(Access::kWrite));
  EXPECT_TRUE(migrate(*place.open()));
}

TEST_P(MigrationsTest, ANewerSchemaIsRefusedAndLeftAlone) {
  const auto db = place.open_migrated();
  ASSERT_TRUE(db->execute("UPDATE schema_version SET version = ?", {latest_schema_version() + 1}));
  const auto done = migrate(*db);
  EXPECT_EQ(code_of(done), ErrorCode::kConfiguration);
  EXPECT_NE(done.error().message.find("newer Patchbay"), std::string::npos);
  EXPECT_EQ(schema_version(*db).value(), latest_schema_version() + 1);
}

TEST_P(MigrationsTest, AStepThatFailsLeavesNothingBehind) {
  const auto db = place.open();
  ASSERT_TRUE(db->execute("CREATE TABLE flows (x INTEGER)"));  // in the way of step 1
  EXPECT_FALSE(migrate(*db));
  EXPECT_FALSE(db->in_transaction());
  EXPECT_EQ(schema_version(*db).value(), 0);
  EXPECT_FALSE(db->has_table("projects").value());
}

TEST_P(MigrationsTest, TwoProcessesMigratingAtOnceBothSucceed) {
  (void)place.open();
  std::vector<std::jthread> threads;
  threads.reserve(4);
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto db = place.open(5'000);
      if (migrate(*db)) ++good;
    });
  }
  threads.clear();
  EXPECT_EQ(good, 4);
}

INSTANTIATE_TEST_SUITE_P(Every, MigrationsTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
