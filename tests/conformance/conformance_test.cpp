// The conformance tool: every broken connector is caught by exactly its rule, ours by none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "check_program.h"
#include "temp_folder.h"

namespace patchbay::conformance {
namespace {

struct Expected {
  const char* library;
  const char* rule;
};

// Whether the document has the anchor.
bool is_there(const std::string& page) {
  const auto hash = page.find('#');
  const auto text = integration::read_bytes(PATCHBAY_SOURCE_DIR "/" + page.substr(0, hash));
  const auto anchor = page.substr(hash + 1);
  return text.find("id=\"" + anchor + "\"") != std::string::npos ||
         (anchor == "rules" && text.find("\n## Rules\n") != std::string::npos);
}

// Of each line that a command prints.
std::vector<std::string> last_words(const std::string& command) {
  std::istringstream lines(output_of(command));
  std::vector<std::string> words;
  for (std::string line; std::getline(lines, line);)
    words.push_back(line.substr(line.find_last_of(' ') + 1));
  return words;
}

class Conformance : public testing::TestWithParam<Expected> {};

TEST_P(Conformance, CatchesTheFaultByItsRuleAndNoOther) {
  const auto report = check(built(std::string(GetParam().library) + ".so"));
  EXPECT_EQ(report.exit_code, 1) << report.output;
  EXPECT_EQ(report.rules, Rules{GetParam().rule}) << report.output;
  for (const auto& page : report.pages) EXPECT_TRUE(is_there(page)) << page;
}

std::string test_name(const testing::TestParamInfo<Expected>& info) {
  std::string name = info.param.library;
  std::ranges::replace(name, '.', '_');
  return name.substr(name.find('/') + 1);
}

INSTANTIATE_TEST_SUITE_P(
    When, Conformance,
    testing::Values(Expected{"conformance_faults/ExtraSymbol", "ABI-001"},
                    Expected{"conformance_faults/ServesAnyMajor", "ABI-002"},
                    Expected{"conformance_faults/WritesBehindTheAction", "ABI-013"},
                    Expected{"conformance_faults/ChangesStructSize", "ABI-013"},
                    Expected{"conformance_faults/DoesNotFailUnknownEvents", "ABI-014"},
                    Expected{"conformance_faults/ReadsLargerStructs", "ABI-012"},
                    Expected{"conformance_faults/SetsUnknownFlags", "ABI-015"},
                    Expected{"conformance_faults/TextWithoutBytes", "ABI-021"},
                    Expected{"conformance_faults/StartsAThread", "ABI-031"},
                    Expected{"conformance_faults/OpensASocket", "ABI-031"},
                    Expected{"conformance_faults/SharesStateBetweenFlows", "ABI-032"},
                    Expected{"conformance_faults/WorksOnOneThreadAlone", "ABI-035"},
                    Expected{"conformance_faults/IgnoresCancel", "ABI-042"},
                    Expected{"conformance_faults/NeverTheSameTwice", "ABI-045"},
                    Expected{"conformance_faults/SecretInTheUrl", "ABI-050"},
                    Expected{"conformance_faults/SecretNotFlagged", "ABI-051"},
                    Expected{"conformance_faults/HidesWhatItMinted", "ABI-054"},
                    Expected{"conformance_faults/BringsAHostHeader", "ABI-061"},
                    Expected{"conformance_faults/AsksForNineAtOnce", "ABI-062"},
                    Expected{"conformance_faults/SendsPeopleElsewhere", "ABI-063"},
                    Expected{"conformance_faults/NamesAnUnknownText", "ABI-070"},
                    Expected{"conformance_faults/SaysNothing", "ABI-070"},
                    Expected{"conformance_faults/NamesAnUnknownField", "ABI-071"},
                    Expected{"conformance_faults/HandsOutAnUnknownToken", "ABI-072"},
                    Expected{"conformance_faults/TellsAnUnknownFact", "ABI-073"},
                    Expected{"conformance_faults/FaultsForAProvidersAnswer", "ABI-074"},
                    Expected{"conformance_faults/BeginsNoRevoke", "ABI-075"},
                    Expected{"conformance_faults/NeedsAnotherLibrary", "ABI-007"},
                    Expected{"conformance_faults/ClaimsEveryExtension", "ABI-080"},
                    Expected{"conformance_faults/ServesNoOtherManifest", "ABI-081"},
                    Expected{"conformance_faults/TakesManifestsTwice", "ABI-081"},
                    Expected{"conformance_faults/TakesAnyManifest", "ABI-082"},
                    Expected{"conformance_faults/MintingNotFlagged", "ABI-052"},
                    Expected{"conformance_faults/ConsumingNotFlagged", "ABI-053"},
                    Expected{"conformance_faults/InvokesNothing", "ABI-004"},
                    Expected{"conformance_faults/ResultIsNoJson", "ABI-076"},
                    Expected{"conformance_faults/RefusesUnseen", "ABI-077"},
                    Expected{"conformance_faults/AnswersAllAlike", "ABI-077"},
                    Expected{"conformance_faults/PatternedSecretInTheUrl", "ABI-050"},
                    Expected{"conformance_faults/IgnoresALateCancel", "ABI-042"},
                    Expected{"conformance_faults/OpensASocketWhenCancelled", "ABI-031"},
                    Expected{"conformance_faults/OpensASocketAmongOthers", "ABI-031"},
                    Expected{"bad_connectors/no_entry_point", "ABI-001"},
                    Expected{"bad_connectors/other_major", "ABI-003"},
                    Expected{"bad_connectors/older_major", "ABI-003"},
                    Expected{"revisions/in_c_0.1", "ABI-003"},
                    Expected{"revisions/honest_0.1", "ABI-003"},
                    Expected{"bad_connectors/short_table", "ABI-004"},
                    Expected{"bad_connectors/other_manifest", "ABI-005"},
                    Expected{"bad_connectors/invalid_manifest", "manifest:schema"},
                    Expected{"bad_connectors/unknown_action", "ABI-014"},
                    Expected{"bad_connectors/never_ends", "ABI-044"},
                    Expected{"bad_connectors/asks_elsewhere", "ABI-060"},
                    Expected{"bad_connectors/asks_over_http", "ABI-060"},
                    Expected{"bad_connectors/refuse_create", "ABI-075"}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    InTheProcess, Conformance,
    testing::Values(Expected{"conformance_faults/LeavesASecretBehind", "ABI-055"},
                    Expected{"conformance_faults/PatternedSecretLeftBehind", "ABI-055"},
                    Expected{"conformance_faults/LeavesASecretOnARefusal", "ABI-055"},
                    Expected{"conformance_faults/LeaksMemory", "ABI-056"},
                    Expected{"conformance_faults/LeaksOnARefusal", "ABI-056"},
                    Expected{"conformance_faults/LeaksWhenReleasedLate", "ABI-056"},
                    Expected{"conformance_faults/CrashesAfterTheEnd", "ABI-033"},
                    Expected{"bad_connectors/crash_in_constructor", "ABI-033"},
                    Expected{"bad_connectors/crash_in_create", "ABI-033"},
                    Expected{"bad_connectors/crash_in_begin", "ABI-033"},
                    Expected{"bad_connectors/crash_in_step", "ABI-033"},
                    Expected{"bad_connectors/abort_in_step", "ABI-033"},
                    Expected{"bad_connectors/throw_in_step", "ABI-033"},
                    Expected{"bad_connectors/hostile_pointers", "ABI-033"},
                    Expected{"bad_connectors/exit_in_step", "ABI-031"},
                    Expected{"bad_connectors/hang_in_step", "ABI-030"},
                    Expected{"bad_connectors/crash_after_mint", "ABI-033"}),
    test_name);

// Of a code that no tool can guess: told as a remark, which is no finding.
constexpr std::string_view kAsksForACode = "bad_connectors/asks_a_person.so";

class Passing : public testing::TestWithParam<const char*> {};

TEST_P(Passing, HasNoFinding) {
  if (std::string_view(GetParam()) == "languages/in_rust.so" &&
      !std::filesystem::exists(PATCHBAY_BUILD_DIR "/languages/in_rust.so")) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "install rustc";
    GTEST_SKIP() << "install rustc to try a connector written in Rust";
  }
  const auto report = check(built(GetParam()));
  EXPECT_EQ(report.exit_code, 0) << report.output;
  EXPECT_EQ(report.rules, Rules{}) << report.output;
  const bool led_to_done = report.remarks == 0;
  EXPECT_NE(led_to_done, std::string_view(GetParam()) == kAsksForACode) << report.output;
  EXPECT_GT(report.exchanges, 500);
}

INSTANTIATE_TEST_SUITE_P(
    Connectors, Passing,
    testing::Values("connectors/personio.so", "bin/patchbay-declarative.so",
                    "conformance_faults/Honest.so", "conformance_faults/Invokes.so",
                    "conformance_faults/KeepsToAPattern.so", "bad_connectors/well_behaved.so",
                    "bad_connectors/asks_a_person.so", "languages/in_c.so", "languages/in_rust.so",
                    "revisions/in_c_1.0.so", "revisions/in_c_later.so", "revisions/honest_1.0.so",
                    "revisions/honest_later.so"));

// As the tools of the trade see it, not ours.
TEST(OurLibraries, ExportOneSymbolAndNeedWhatEveryWorkerHas) {
  for (const char* library :
       {"connectors/personio.so", "bin/patchbay-declarative.so", "languages/in_c.so"}) {
    const auto file = built(library);
    EXPECT_THAT(last_words("nm --dynamic --defined-only " + file),
                testing::ElementsAre("patchbay_connector_query"))
        << library;
    EXPECT_THAT(last_words("readelf --dynamic --wide " + file + " | grep -F '(NEEDED)'"),
                testing::AllOf(
                    testing::Contains("[libc.so.6]"),
                    testing::Each(testing::AnyOf("[libc.so.6]", "[libm.so.6]", "[libstdc++.so.6]",
                                                 "[libgcc_s.so.1]", "[ld-linux-x86-64.so.2]"))))
        << library;
  }
}

std::string written(const integration::TempFolder& folder, const std::string& text) {
  integration::write_bytes(folder.path() + "/acme.json", text);
  return folder.path() + "/acme.json";
}

TEST(AManifestAlone, IsTriedLikeALibrary) {
  const integration::TempFolder folder;
  const auto text = integration::read_bytes(built("manifests/declarative.json"));
  const auto report = check(written(folder, text));
  EXPECT_EQ(report.exit_code, 0) << report.output;
  EXPECT_EQ(report.rules, Rules{}) << report.output;
  EXPECT_GT(report.exchanges, 500);
}

TEST(AManifestAlone, ThatNeedsCodeIsAFinding) {
  const integration::TempFolder folder;
  const auto text = integration::read_bytes(built("manifests/personio.json"));
  EXPECT_EQ(check(written(folder, text)).rules, Rules{"manifest:needs_code"});
  EXPECT_EQ(check(written(folder, "{\"id\": 1")).rules, Rules{"manifest:json"});
  EXPECT_EQ(check(folder.path() + "/none.json").rules, Rules{"ABI-007"});
}

TEST(ConformanceTool, TheSameSeedPlaysTheSameExchanges) {
  const auto once = check(built("connectors/personio.so"), "--random 50 --seed 9 --in-process");
  EXPECT_EQ(once.output,
            check(built("connectors/personio.so"), "--random 50 --seed 9 --in-process").output);
}

TEST(ConformanceTool, PlaysTheRandomExchangesBehindWallsToo) {
  const std::string file = built("conformance_faults/OpensASocketAtRandom.so");
  EXPECT_EQ(check(file, "--random 0").rules, Rules{});
  EXPECT_EQ(check(file, "--random 300").rules, Rules{"ABI-031"});
}

TEST(ConformanceTool, WrongUsageIsTwoAndHelpIsNone) {
  EXPECT_EQ(check(built("connectors/personio.so"), "--no-such-option").exit_code, 2);
  EXPECT_EQ(check(built("connectors/personio.so"), "--random many").exit_code, 2);
  EXPECT_EQ(check("", "").exit_code, 2);
  EXPECT_EQ(check("", "--help").exit_code, 0);
}

TEST(ConformanceTool, AFileThatIsNoneIsAFinding) {
  for (const char* file : {"no/such.so", "CMakeCache.txt"}) {
    const auto report = check(built(file));
    EXPECT_EQ(report.exit_code, 1) << file;
    EXPECT_EQ(report.rules, Rules{"ABI-007"}) << report.output;
  }
}

}  // namespace
}  // namespace patchbay::conformance
