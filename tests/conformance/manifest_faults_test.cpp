// Manifests that no schema finds fault with: each is put in the place of a good one, in the bytes
// of a connector that is otherwise right, and caught by exactly its rule.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "check_program.h"
#include "patchbay/manifest_blob.h"
#include "temp_folder.h"

namespace patchbay::conformance {
namespace {

struct Fault {
  const char* name;
  const char* good;
  const char* bad;
  const char* rule;
  const char* library = "conformance_faults/Honest.so";
};
std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << fault.name;
}

// The library with another manifest of the same length.
std::string with_manifest(std::string library, std::string_view was, std::string manifest) {
  const auto at = library.find(was);
  manifest.resize(was.size(), ' ');
  const auto hash = sdk::sha256(manifest);
  library.replace(at, was.size(), manifest);
  library.replace(at - hash.size(), hash.size(),
                  std::string(reinterpret_cast<const char*>(hash.data()), hash.size()));
  return library;
}

// Makes room: the logo may be missing.
std::string without_logo(std::string manifest) {
  const auto from = manifest.find("\"logo\"");
  const auto to = manifest.find("\"auth_methods\"");
  return manifest.erase(from, to - from);
}

// The findings about that connector with `good` replaced by `bad` in its manifest.
Report checked(const std::string& file, const std::string& good, const std::string& bad) {
  const integration::TempFolder folder;
  const auto library = integration::read_bytes(built(file));
  const auto blob =
      find_manifest({reinterpret_cast<const std::uint8_t*>(library.data()), library.size()});
  EXPECT_TRUE(blob) << name_of(blob.error);
  auto manifest = without_logo(std::string(blob.text()));
  const auto at = manifest.find(good);
  EXPECT_NE(at, std::string::npos) << manifest;
  manifest.replace(at, good.size(), bad);
  integration::write_bytes(folder / "fault.so", with_manifest(library, blob.text(), manifest));
  return check(folder / "fault.so", "--random 0 --in-process");
}

class ManifestFault : public testing::TestWithParam<Fault> {};

TEST_P(ManifestFault, IsCaughtByItsRuleAndNoOther) {
  const auto& fault = GetParam();
  const auto report = checked(fault.library, fault.good, fault.bad);
  EXPECT_EQ(report.exit_code, 1);
  EXPECT_EQ(report.rules, Rules{"manifest:" + std::string(fault.rule)}) << report.output;
}

TEST(ManifestFaults, AreNotInHowTheManifestIsPutInPlace) {
  const auto report = checked("conformance_faults/Invokes.so", "misfit_echo", "misfit_tell");
  EXPECT_EQ(report.rules, Rules{}) << report.output;
}

constexpr char kGuide[] = R"("guide": {"sections": [{"title": "section"}]})";

INSTANTIATE_TEST_SUITE_P(
    When, ManifestFault,
    testing::Values(
        Fault{"ATextIsMissing", R"("label": "auth")", R"("label": "atuh")", "text_missing"},
        Fault{"ATextIsNotTranslated", R"("error.code": "Es ging nicht.",)", "",
              "text_untranslated"},
        Fault{"ATextIsNotInEnglish", R"("error.code": "It did not work.",)", "",
              "text_not_english"},
        Fault{"PlaceholdersDiffer", R"("error.code": "Es ging nicht.")",
              R"("error.code": "Es ging {so} nicht.")", "text_placeholder_differs"},
        Fault{"TheGuideSpeaksOfAGrantThatIsNone", kGuide,
              R"("guide": {"sections": [{"title": "section", "applicable_scopes": ["x:read"]}]})",
              "grant_unknown"},
        Fault{"AnActionNeedsAPermissionThatIsNone", R"("permissions": [], "hints")",
              R"("permissions": ["x:read"], "hints")", "grant_unknown",
              "conformance_faults/Invokes.so"},
        Fault{"AnActionIsOfAnotherProvider", R"("id": "misfit_echo")", R"("id": "acme_echo")",
              "action_prefix", "conformance_faults/Invokes.so"},
        Fault{"ATokenIsNone", R"("value": {"token": "main"})", R"("value": {"token": "mian"})",
              "token_unknown"},
        Fault{"AHostNamesAFieldThatIsNone", R"("host": "api.personio.de")",
              R"("host": "{tenant}.personio.de")", "host_placeholder"},
        Fault{"ARequestGoesToAHostThatIsNotListed",
              R"("host":"api.personio.de","path":"/v2/absence-types")",
              R"("host":"abi.personio.de","path":"/v2/absence-types")", "url_not_covered",
              "connectors/personio.so"},
        Fault{"ASecretTellsAccountsApart", R"("secret": true)",
              R"("secret": true, "identifies_account": true)", "field_secret"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace patchbay::conformance
