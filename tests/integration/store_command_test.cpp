// patchbay store: what the commands do and say, as a person runs them.
#include "child_process.h"
#include "hub_fixture.h"

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

}  // namespace
}  // namespace patchbay::integration
