// patchbay store: what the commands do and say, as a person runs them.
#include <random>

#include "child_process.h"
#include "hub_fixture.h"
#include "store/open_store.h"
#include "store/sqlite_database.h"
#include "store/store_in_use.h"
#include "support/postgres_cluster.h"

namespace patchbay::integration {
namespace {

class StoreCommandTest : public HubTest {
 protected:
  // What it prints; nothing when it fails.
  std::string says(const std::vector<std::string>& arguments) const {
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", complete(arguments));
    std::string all;
    for (auto line = command.line(); !line.empty(); line = command.line()) all += line + "\n";
    return all;
  }
  [[nodiscard]] std::vector<std::string> complete(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "store");
    arguments.insert(arguments.end(), {"--data", data});
    if (arguments[1] != "backup") arguments.insert(arguments.end(), {"--key-file", key_file});
    if (!store_file.empty()) arguments.insert(arguments.end(), {"--store-file", store_file});
    return arguments;
  }
  void use_postgres() {
    const auto uri = testing_support::new_postgres_schema();
    store_location = store::StoreLocation::parse(SecretString(uri)).value();
    store_file = folder / "store";
    std::ofstream(store_file) << uri << "\n";
    fs::permissions(store_file, fs::perms::owner_read | fs::perms::owner_write);
  }

  std::string backup = folder / "backup.db";
  std::string store_file;  // empty: the database in the data folder
};

TEST_F(StoreCommandTest, BackUpVerifyAndRestore) {
  open_hub();
  linked();
  EXPECT_NE(says({"backup", backup}).find("verified"), std::string::npos);
  EXPECT_EQ(says({"backup", backup}), "") << "it overwrote the first one";
  const auto verified = says({"verify", backup});
  EXPECT_NE(verified.find("is whole"), std::string::npos) << verified;
  EXPECT_NE(verified.find("3 sealed values open"), std::string::npos) << verified;
  EXPECT_EQ(says({"restore", backup}), "") << "while a hub has the database open";
  close_hub();
  const auto restored = says({"restore", backup});
  EXPECT_NE(restored.find("Restored from"), std::string::npos) << restored;
  EXPECT_NE(restored.find("accounts unlinked"), std::string::npos) << restored;
  EXPECT_NE(restored.find("have to be reconnected"), std::string::npos) << restored;
  for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove(cli::database_path(data) + suffix);
  const auto blind = says({"restore", backup});
  EXPECT_NE(blind.find("withdraw them anew"), std::string::npos) << blind;
}

// It has changed nothing, or is done, or the database says that it must be run again.
TEST_F(StoreCommandTest, ARestoreThatIsKilledAtAnyMomentLosesNothing) {
  open_hub();
  linked(personio.default_integration(), "in the backup");
  ASSERT_NE(says({"backup", backup}), "");
  linked(personio.default_integration(), "not in it");
  close_hub();
  std::mt19937 draw(1);
  int undone = 0;
  for (int i = 0; i < 20; ++i) {
    {
      ChildProcess restoring(PATCHBAY_BUILD_DIR "/bin/patchbay", complete({"restore", backup}));
      std::this_thread::sleep_for(std::chrono::microseconds(draw() % 60'000));
    }
    store::SqliteOptions options;
    options.path = cli::database_path(data);
    auto database = store::open_sqlite(options);
    if (!database) {
      EXPECT_NE(database.error().message.find("again"), std::string::npos)
          << database.error().message;
      ASSERT_NE(says({"restore", backup}), "");
      database = store::open_sqlite(options);
    }
    ASSERT_TRUE(database) << database.error().message;
    const auto accounts = (*database)->query("SELECT count(*) FROM accounts")->at(0).integer(0);
    EXPECT_TRUE(accounts == 1 || (undone == i && accounts == 2)) << accounts;
    if (accounts == 2) ++undone;
    EXPECT_EQ((*database)->query("PRAGMA integrity_check")->at(0).text(0), "ok");
  }
}

TEST_F(StoreCommandTest, AHubOnPostgresIsBackedUpVerifiedAndRestoredAlike) {
  use_postgres();
  open_hub();
  const auto id = linked().id;
  const auto made = says({"backup", backup});
  EXPECT_NE(made.find("verified"), std::string::npos) << made;
  EXPECT_EQ(says({"backup", backup}), "") << "it overwrote the first one";
  const auto verified = says({"verify", backup});
  EXPECT_NE(verified.find("3 sealed values open"), std::string::npos) << verified;
  EXPECT_EQ(says({"restore", backup}), "") << "while a hub has the database open";
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  close_hub();
  const auto restored = says({"restore", backup});
  EXPECT_NE(restored.find("1 accounts unlinked"), std::string::npos) << restored;
  EXPECT_NE(restored.find("before-restore-"), std::string::npos) << restored;
  EXPECT_EQ(restored.find("postgres:"), std::string::npos) << "an address with a password";
  open_hub();
  EXPECT_FALSE(wait(hub->accounts().get(hub->project_id(), id)));
}

// A backup does not care where it came from.
TEST_F(StoreCommandTest, ABackupOfAFileIsRestoredIntoPostgres) {
  open_hub();
  const auto id = linked().id;
  ASSERT_NE(says({"backup", backup}), "");
  close_hub();
  use_postgres();
  const auto restored = says({"restore", backup});
  EXPECT_NE(restored.find("Restored from"), std::string::npos) << restored;
  EXPECT_EQ(restored.find("lies in"), std::string::npos) << "nothing was there: " << restored;
  open_hub();
  EXPECT_TRUE(token(id));
}

// All of it in one transaction: what is there afterwards is the one or the other.
TEST_F(StoreCommandTest, ARestoreIntoPostgresThatIsKilledAtAnyMomentLosesNothing) {
  use_postgres();
  open_hub();
  linked(personio.default_integration(), "in the backup");
  ASSERT_NE(says({"backup", backup}), "");
  linked(personio.default_integration(), "not in it");
  close_hub();
  const auto count = [&] {
    const auto database = store::open_database(*store_location);
    return (*database)->query("SELECT count(*) FROM accounts")->at(0).integer(0);
  };
  std::mt19937 draw(1);
  int undone = 0;
  for (int i = 0; i < 20; ++i) {
    {
      ChildProcess restoring(PATCHBAY_BUILD_DIR "/bin/patchbay", complete({"restore", backup}));
      std::this_thread::sleep_for(std::chrono::microseconds(draw() % 400'000));
    }
    // The server notices only then that nobody is there any more.
    ASSERT_TRUE(wait_until([&] { return !store::is_in_use(*store_location).value(); }));
    const auto accounts = count();
    EXPECT_TRUE(accounts == 1 || (undone == i && accounts == 2)) << accounts;
    if (accounts == 2) ++undone;
  }
  ASSERT_NE(says({"restore", backup}), "");
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace patchbay::integration
