// patchbay store: what the commands do and say, as a person runs them.
#include <random>

#include "child_process.h"
#include "hub_fixture.h"
#include "store/sqlite_database.h"

namespace patchbay::integration {
namespace {

class StoreCommandTest : public HubTest {
 protected:
  // What it prints; nothing when it fails.
  std::string says(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "store");
    arguments.insert(arguments.end(), {"--data", data});
    if (arguments[1] != "backup") arguments.insert(arguments.end(), {"--key-file", key_file});
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    std::string all;
    for (auto line = command.line(); !line.empty(); line = command.line()) all += line + "\n";
    return all;
  }
  std::string backup = folder / "backup.db";
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
      ChildProcess restoring(PATCHBAY_BUILD_DIR "/bin/patchbay",
                             {"store", "restore", backup, "--data", data, "--key-file", key_file});
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

}  // namespace
}  // namespace patchbay::integration
