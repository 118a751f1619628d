// Personio's connector as a DLL, in a host of its own: what was recorded on Linux plays on Windows,
// byte for byte. Skipped, which is not passed, where mingw-w64 or wine64 is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "patchbay/manifest_blob.h"
#include "sandbox_program.h"
#include "temp_folder.h"

namespace patchbay::integration {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::SizeIs;

const std::string kOut = PATCHBAY_WINDOWS_DIR;
const std::string kDll = kOut + "/build/connectors/personio.dll";

std::vector<std::string> recordings() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(PATCHBAY_RECORDED)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

// The last words of the lines that `filter` leaves of what objdump tells of the DLL.
std::vector<std::string> told_by_objdump(const std::string& filter) {
  const auto script = "x86_64-w64-mingw32-objdump -p " + kDll + " | " + filter;
  std::istringstream lines(run("/bin/sh", {"-c", script}).output);
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);)
    found.push_back(line.substr(line.rfind(' ') + 1));
  return found;
}

TEST(RecordedFlows, PlayOnLinux) {
  ASSERT_GE(recordings().size(), 5U);
  for (const auto& file : recordings()) {
    const auto played =
        run(PATCHBAY_BUILD_DIR "/bin/patchbay",
            {"replay", file, "--connector", PATCHBAY_BUILD_DIR "/connectors/personio.so"});
    EXPECT_EQ(played.exit_code, 0) << played.output;
  }
}

class OnWindows : public testing::Test {
 protected:
  void SetUp() override {
    if (kOut.empty())
      GTEST_SKIP() << "install mingw-w64 and wine64, and configure again, to try a connector on "
                      "Windows";
  }
  // Into a file: what wine leaves running for a while would keep a pipe open.
  Ended play(const std::string& library, const std::vector<std::string>& files) const {
    std::vector<std::string> arguments{"-c", R"(out=$1; shift; exec "$@" > "$out")", "sh",
                                       folder_ / "out", "env"};
    arguments.insert(arguments.end(), {"WINEPREFIX=" + kOut + "/wine", "WINEDEBUG=-all",
                                       PATCHBAY_WINE, kOut + "/build/mini_host.exe", library});
    arguments.insert(arguments.end(), files.begin(), files.end());
    auto ended = run("/bin/sh", arguments);
    ended.output = read_bytes(folder_ / "out");
    return ended;
  }
  TempFolder folder_;
};

TEST_F(OnWindows, PersonioConnectsRefreshesAndRevokesAsRecorded) {
  const auto played = play(kDll, recordings());
  EXPECT_EQ(played.exit_code, 0) << played.output;
  for (const char* line : {"connect as recorded: 3 steps", "refresh as recorded: 2 steps",
                           "revoke as recorded: 2 steps", "connect as recorded: 2 steps"})
    EXPECT_THAT(played.output, HasSubstr(line));
}

TEST_F(OnWindows, WhatDiffersFromTheRecordingIsTold) {
  auto text = read_bytes(PATCHBAY_RECORDED "/refresh.json");
  const std::string due = "1799986400734";
  ASSERT_NE(text.find(due), std::string::npos);
  write_bytes(folder_ / "flow.json", text.replace(text.find(due), due.size(), "1799986400735"));
  const auto played = play(kDll, {folder_ / "flow.json"});
  EXPECT_EQ(played.exit_code, 1) << played.output;
  EXPECT_THAT(played.output, HasSubstr("differs"));
}

TEST_F(OnWindows, AManifestThatIsNotWholeIsRefusedBeforeTheLibraryIsLoaded) {
  auto bytes = read_bytes(kDll);
  const auto magic = bytes.find(std::string(kManifestMagic.begin(), kManifestMagic.end()));
  ASSERT_NE(magic, std::string::npos);
  bytes[magic + kManifestHeaderSize + 1] ^= 1;
  write_bytes(folder_ / "damaged.dll", bytes);
  const auto played = play(folder_ / "damaged.dll", recordings());
  EXPECT_EQ(played.exit_code, 2);
  EXPECT_THAT(played.output, HasSubstr("no manifest: bad_hash"));
}

TEST_F(OnWindows, TheLibraryExportsOneFunctionAndNeedsNothingButWindows) {
  EXPECT_THAT(told_by_objdump("sed -n '/Name Pointer. Table/,/^$/p' | grep -F '[ '"),
              ElementsAre("patchbay_connector_query"));
  EXPECT_THAT(told_by_objdump("grep 'DLL Name'"),
              AllOf(SizeIs(Gt(0U)), Each(AnyOf("KERNEL32.dll", "msvcrt.dll"))));
}

}  // namespace
}  // namespace patchbay::integration
