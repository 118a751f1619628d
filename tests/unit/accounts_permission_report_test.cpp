// What a product needs against what a token may do.
#include <gtest/gtest.h>

#include "accounts/permission_report.h"
#include "manifest/parse.h"
#include "manifest_fixture.h"

namespace patchbay::accounts {
namespace {

using manifest::Granted;

struct PermissionReportTest : testing::Test {
  PermissionReportTest()
      : manifest(manifest::parse_manifest(manifest::small_manifest()).manifest) {}

  static std::vector<connector::Token> token(const std::string& scopes, bool known) {
    std::vector<connector::Token> list;
    list.push_back({"main", SecretString("x"), "Bearer", 0, scopes, known});
    return list;
  }
  GrantedPermissions granted(const std::string& scopes, bool known,
                             const std::vector<std::string>& proved = {}) {
    return granted_permissions(*manifest, token(scopes, known), proved);
  }
  std::map<std::string, PermissionLine> report(const std::vector<std::string>& actions,
                                               const GrantedPermissions& permissions) {
    std::map<std::string, PermissionLine> lines;
    for (auto& line : permission_report(*manifest, actions, permissions))
      lines[line.permission.to_string()] = line;
    return lines;
  }

  std::shared_ptr<const manifest::Manifest> manifest;
};

using Names = std::vector<std::string>;

TEST_F(PermissionReportTest, ScopesThatAreKnownGrantAndDeny) {
  const auto found = granted("people.read", true);
  EXPECT_TRUE(found.known);
  EXPECT_EQ(found.granted, Names{"people:read"});
  EXPECT_EQ(found.denied, Names{"people:write"});
}

TEST_F(PermissionReportTest, AnyOneOfTheScopesOfABoxProvesIt) {
  EXPECT_EQ(granted("p:read", true).granted, Names{"people:read"});
  EXPECT_EQ(granted("other p:write  p:read", true).granted, (Names{"people:read", "people:write"}));
}

TEST_F(PermissionReportTest, ScopesWithAnUnconfirmedNameDenyNothing) {
  const auto found = granted("p:read p:write", true);
  for (const auto& denied : found.denied) EXPECT_NE(denied, "sites:read");
  EXPECT_EQ(granted("sites", true).granted, Names{"sites:read"});
}

TEST_F(PermissionReportTest, AnOperatorsScopeNamesTakeTheManifestsPlaceAndAreCertain) {
  const ScopeNames names{{{{"acme", "sites:read"}, {"places.read"}}}};
  const auto report = [&](const std::string& scopes) {
    return granted_permissions(*manifest, token(scopes, true), {}, &names);
  };
  EXPECT_EQ(report("places.read").granted, Names{"sites:read"});
  EXPECT_EQ(report("sites").other_scopes, Names{"sites"}) << "that name means nothing now";
  EXPECT_EQ(report("p:read").denied, (Names{"people:write", "sites:read"}));
}

TEST_F(PermissionReportTest, ScopesThatNothingKnowsAreReportedAndHarmNothing) {
  const auto found = granted("p:read brand.new brand.new other", true);
  EXPECT_EQ(found.granted, Names{"people:read"});
  EXPECT_EQ(found.other_scopes, (Names{"brand.new", "other"}));
  EXPECT_EQ(granted_from_json(to_json(found), true).other_scopes, found.other_scopes);
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += " scope" + std::to_string(i) + std::string(1'000, 'x');
  EXPECT_EQ(granted(many, true).other_scopes.size(), kMostOtherScopes);
  EXPECT_LT(to_json(granted(many, true)).size(), 20'000U);
}

TEST_F(PermissionReportTest, AProviderThatTellsNoScopesDeniesNothing) {
  const auto found = granted("", false);
  EXPECT_FALSE(found.known);
  EXPECT_TRUE(found.granted.empty());
  EXPECT_TRUE(found.denied.empty());
}

TEST_F(PermissionReportTest, WhatTheConnectorProvedCountsEvenAgainstTheScopes) {
  const auto found = granted("", true, {"people:read"});
  EXPECT_EQ(found.granted, Names{"people:read"});
  EXPECT_EQ(found.denied, Names{"people:write"});
}

TEST_F(PermissionReportTest, GrantedPermissionsComeBackFromTheirJson) {
  const auto found = granted("p:read", true);
  const auto back = granted_from_json(to_json(found), true);
  EXPECT_EQ(back.granted, found.granted);
  EXPECT_EQ(back.denied, found.denied);
  EXPECT_TRUE(back.known);
  EXPECT_TRUE(granted_from_json("not json", true).granted.empty());
  EXPECT_TRUE(granted_from_json("[]", true).denied.empty());
}

TEST_F(PermissionReportTest, WhatIsGrantedSaysHowAndWhenThatWasFound) {
  auto found = granted("p:write", true, {"people:read"});
  found.connected = 5'000;
  found.set_probed("sites:read", Granted::kNo, 7'000);
  const auto back = granted_from_json(to_json(found), true);
  auto lines = report({}, back);
  EXPECT_EQ(lines["people:read"].found_by, FoundBy::kConnector);
  EXPECT_EQ(lines["people:write"].found_by, FoundBy::kScope);
  EXPECT_EQ(lines["people:write"].found_at, 5'000);
  EXPECT_EQ(lines["sites:read"].granted, Granted::kNo);
  EXPECT_EQ(lines["sites:read"].found_by, FoundBy::kProbe);
  EXPECT_EQ(lines["sites:read"].found_at, 7'000);
}

TEST_F(PermissionReportTest, WhatIsUnknownWasFoundByNothing) {
  auto lines = report({}, granted("p:read", true));
  EXPECT_EQ(lines["sites:read"].found_by, FoundBy::kNothing);
  EXPECT_EQ(lines["sites:read"].found_at, 0);
}

TEST_F(PermissionReportTest, ALaterProbeTakesTheEarlierOnesPlaceUnlessItLearntNothing) {
  GrantedPermissions found;
  found.set_probed("sites:read", Granted::kNo, 1);
  found.set_probed("sites:read", Granted::kYes, 2);
  found.set_probed("sites:read", Granted::kUnknown, 3);
  EXPECT_EQ(found.state("sites:read"), Granted::kYes);
  EXPECT_EQ(found.found_at("sites:read"), 2);
  EXPECT_TRUE(found.denied.empty());
}

TEST_F(PermissionReportTest, HowFarAPermissionReachesComesBackFromItsJson) {
  GrantedPermissions found;
  found.checked = 9;
  found.reach["people:read"] = {.names = {"Ada", "Gr\"ace"}, .more = true, .at = 8};
  const auto back = granted_from_json(to_json(found), true);
  EXPECT_EQ(back.checked, 9);
  const auto lines = permission_report(*manifest, {}, back);
  ASSERT_TRUE(lines[0].reach);
  EXPECT_EQ(lines[0].reach->names, (Names{"Ada", "Gr\"ace"}));
  EXPECT_TRUE(lines[0].reach->more);
  EXPECT_EQ(lines[0].reach->at, 8);
  EXPECT_FALSE(lines[2].reach);
}

TEST_F(PermissionReportTest, TheReportHasALineForEveryBoxInTheManifestsOrder) {
  const auto lines = permission_report(*manifest, {}, {});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].permission.to_string(), "people:read");
  EXPECT_EQ(lines[1].permission.to_string(), "people:write");
  EXPECT_EQ(lines[2].permission.to_string(), "sites:read");
}

TEST_F(PermissionReportTest, TheReportSaysWhatIsNeededRequiredAndMissing) {
  auto lines = report({"acme_delete_person"}, granted("p:read", true));
  EXPECT_TRUE(lines["people:read"].required);
  EXPECT_TRUE(lines["people:read"].needed) << "required ones are always needed";
  EXPECT_EQ(lines["people:read"].granted, Granted::kYes);
  EXPECT_TRUE(lines["people:write"].needed);
  EXPECT_FALSE(lines["people:write"].required);
  EXPECT_EQ(lines["people:write"].granted, Granted::kNo);
  EXPECT_FALSE(lines["sites:read"].needed);
  EXPECT_EQ(lines["sites:read"].granted, Granted::kUnknown);
}

TEST_F(PermissionReportTest, AnIntegrationWithoutAListAllowsWhatOnlyReads) {
  EXPECT_EQ(allowed_actions(*manifest, std::nullopt), Names{"acme_list_people"});
}

TEST_F(PermissionReportTest, AnIntegrationsListHoldsAndForgetsActionsThatAreGone) {
  EXPECT_EQ(allowed_actions(*manifest, R"(["acme_upload","acme_gone"])"), Names{"acme_upload"});
  EXPECT_TRUE(allowed_actions(*manifest, "[]").empty());
  EXPECT_TRUE(allowed_actions(*manifest, "damaged").empty());
}

}  // namespace
}  // namespace patchbay::accounts
