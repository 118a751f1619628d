// A store brought up to date apart from a hub: from every version, whatever kind it is, killed
// after any of its steps; and not while somebody has it open, nor when it is newer than this
// program.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "store/migrate_store.h"
#include "store/store_backup.h"
#include "store/verify_database.h"
#include "store_test_support.h"
#include "support/stored_rows.h"

namespace patchbay::store {
namespace {

struct StoreMigrateTest : testing::TestWithParam<Kind> {
  TestPlace place{GetParam()};

  // A store that lived through all versions up to this one.
  void make(std::int64_t version) const {
    const auto db = place.open();
    for (std::int64_t step = 1; step <= version; ++step) {
      ASSERT_TRUE(migrate_to(*db, step));
      const auto added = add_stored_rows(*db, PATCHBAY_SOURCE_DIR "/tests/unit/stores", step);
      ASSERT_TRUE(added) << added.error().message;
    }
  }
  std::vector<std::int64_t> migrated() const {
    std::vector<std::int64_t> reached;
    const auto done = migrate_store(
        place.location(), [&reached](std::int64_t version) { reached.push_back(version); });
    EXPECT_TRUE(done) << done.error().message;
    return reached;
  }
  // A server notices within moments that a client was killed.
  void wait_until_unused() const {
    for (int i = 0; i < 500 && !require_unused(place.location()); ++i) ::usleep(10'000);
  }
  std::int64_t version() const { return find_schema_version(place.location()).value(); }
};

TEST_P(StoreMigrateTest, AStoreOfEveryVersionGoesStepByStepToTheLatest) {
  for (std::int64_t from = 1; from <= latest_schema_version(); ++from) {
    const TestPlace fresh(GetParam());
    {
      const auto db = fresh.open();
      ASSERT_TRUE(migrate_to(*db, from));
    }
    EXPECT_EQ(find_schema_version(fresh.location()).value(), from);
    std::vector<std::int64_t> reached;
    const auto done =
        migrate_store(fresh.location(), [&](std::int64_t version) { reached.push_back(version); });
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_EQ(static_cast<std::int64_t>(reached.size()), latest_schema_version() - from);
    for (std::size_t i = 0; i < reached.size(); ++i)
      EXPECT_EQ(reached[i], from + 1 + static_cast<std::int64_t>(i));
    EXPECT_EQ(find_schema_version(fresh.location()).value(), latest_schema_version());
  }
}

TEST_P(StoreMigrateTest, KilledAfterAnyStepItGoesOnFromThere) {
  make(1);
  for (std::int64_t last = 2; last < latest_schema_version(); ++last) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      (void)migrate_store(place.location(), [last](std::int64_t version) {
        if (version == last) ::raise(SIGKILL);
      });
      ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "step " << last;
    wait_until_unused();
    EXPECT_EQ(version(), last);
  }
  EXPECT_EQ(migrated(), std::vector<std::int64_t>{latest_schema_version()});
  const auto db = place.open();
  EXPECT_EQ(accounts_table::find(*db, "prj_1", "acc_1")->value().owner_name, "Müller & Söhne");
}

TEST_P(StoreMigrateTest, NotWhileSomebodyHasItOpen) {
  make(2);
  const auto hub = place.open();
  EXPECT_EQ(version(), 2) << "looking is allowed";
  const auto refused = migrate_store(place.location(), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict) << refused.error().message;
  EXPECT_NE(refused.error().message.find("in use"), std::string::npos) << refused.error().message;
  EXPECT_EQ(require_unused(place.location()).error().code, ErrorCode::kConflict);
  EXPECT_EQ(version(), 2);
}

TEST_P(StoreMigrateTest, ANewerStoreIsRefusedAndNotTouched) {
  make(latest_schema_version());
  {
    const auto db = place.open();
    ASSERT_TRUE(db->execute("UPDATE schema_version SET version = 99"));
  }
  for (const auto& refused : {migrate_store(place.location(), {}),
                              Result<>(find_schema_version(place.location()).error())})
    EXPECT_EQ(refused.error().code, ErrorCode::kConfiguration) << refused.error().message;
  const auto db = place.open();
  EXPECT_EQ(schema_version(*db).value(), 99);
}

TEST_P(StoreMigrateTest, AStoreOfAnEarlierVersionIsBackedUpAsItIs) {
  for (std::int64_t from = 1; from <= latest_schema_version(); ++from) {
    const TestPlace fresh(GetParam());
    const TestFolder folder;
    {
      const auto db = fresh.open();
      ASSERT_TRUE(migrate_to(*db, from));
    }
    const auto done = backup_store(fresh.location(), folder.file("backup.db"), 1'000, {});
    ASSERT_TRUE(done) << from << ": " << done.error().message;
    EXPECT_EQ(verify_sqlite(folder.file("backup.db"), nullptr)->schema_version, from);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, StoreMigrateTest, every_kind, name_of_kind);

TEST(StoreMigrate, WhereThereIsNoDatabaseNothingIsMade) {
  const TestFolder folder;
  const auto nowhere = StoreLocation::file(folder.file());
  EXPECT_EQ(find_schema_version(nowhere).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(migrate_store(nowhere, {}).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace patchbay::store
