// Connectors that authors have just made, against an installed Patchbay: everything that
// `patchbay new` promises, for each kind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "sandbox_program.h"

namespace patchbay::integration {
namespace {

using testing::HasSubstr;

const std::string kOut = PATCHBAY_KIT_DIR;
const std::string kPatchbay = kOut + "/prefix/bin/patchbay";

std::size_t lines_of(const std::string& path) {
  std::ifstream file(path);
  return static_cast<std::size_t>(
      std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n'));
}

class NewConnector : public testing::TestWithParam<const char*> {
 protected:
  std::string name = GetParam();
  std::string folder = kOut + "/kinds/" + name;
  std::string library = kOut + "/build/connectors/" + name + ".so";
};

TEST_P(NewConnector, PassesTheInstalledCheck) {
  const auto checked = run(kPatchbay, {"check", library, "--random", "20"});
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
}

TEST_P(NewConnector, PassesItsOwnTests) {
  const auto tested = run(kOut + "/build/" + name + "/" + name + "_test", {"--gtest_brief=1"});
  EXPECT_EQ(tested.exit_code, 0) << tested.output;
}

TEST_P(NewConnector, LinksAndRenewsAnAccountOfItsOwnSandbox) {
  const auto linked =
      run("/usr/bin/env", {"PATCHBAY=" + kPatchbay, folder + "/try", kOut + "/build"});
  EXPECT_EQ(linked.exit_code, 0) << linked.output;
  EXPECT_THAT(linked.output, HasSubstr(name));
  EXPECT_THAT(linked.output, HasSubstr("active"));
}

TEST_P(NewConnector, IsShortWhereTheGrantIsReadyMade) {
  EXPECT_LE(lines_of(folder + "/" + name + ".cpp"), 40U);
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, NewConnector,
                         testing::Values("acme", "big_hr", "sign_in2", "acme_basic", "b"),
                         [](const auto& info) { return std::string(info.param); });

TEST(InstalledKit, BuildsAConnectorInCByPkgConfigAlone) {
  const auto checked = run(kPatchbay, {"check", kOut + "/in_c.so", "--random", "20"});
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
}

TEST(InstalledKit, FindsItsProgramsWhereTheyAreInstalled) {
  EXPECT_TRUE(fs::exists(kOut + "/prefix/libexec/patchbay/patchbay-worker"));
  EXPECT_FALSE(fs::exists(kOut + "/prefix/bin/patchbay-check"));
}

TEST(InstalledKit, HoldsNothingThatNamesWhereItWasBuilt) {
  for (const char* file : {"/prefix/share/patchbay/plugin_api/cmake/PatchbayConnector.cmake",
                           "/prefix/share/patchbay/manifest.schema.json"})
    EXPECT_TRUE(fs::exists(kOut + file)) << file;
  for (const auto& entry : fs::recursive_directory_iterator(kOut + "/prefix")) {
    if (!entry.is_regular_file()) continue;
    const auto kind = entry.path().extension();
    if (kind != ".cmake" && kind != ".pc" && kind != ".h" && kind != ".json") continue;
    EXPECT_EQ(read_bytes(entry.path()).find(PATCHBAY_BUILD_DIR), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace patchbay::integration
