// What a manifest asks for, and what a new version adds and drops.
#include <gtest/gtest.h>

#include "connector/trust/demands.h"
#include "manifest/parse.h"
#include "manifest_fixture.h"

namespace patchbay::connector {
namespace {

using manifest::replaced;
using manifest::small_manifest;

Demands of(const std::string& json) {
  const auto parsed = manifest::parse_manifest(json);
  if (!parsed.ok()) throw std::logic_error(parsed.problems[0].message);
  return demands_of(*parsed.manifest);
}

TEST(Demands, AreHostsSecretsPermissionsAndActions) {
  const Demands expected = {{DemandKind::kHost, "api.acme.example (GET, DELETE only)"},
                            {DemandKind::kHost, "{company}.{zone}.acme.example"},
                            {DemandKind::kSecret, "secret"},
                            {DemandKind::kPermission, "people:read"},
                            {DemandKind::kPermission, "people:write"},
                            {DemandKind::kPermission, "sites:read"},
                            {DemandKind::kRead, "acme_list_people"},
                            {DemandKind::kWrite, "acme_mend"},
                            {DemandKind::kWrite, "acme_upload"},
                            {DemandKind::kDestructive, "acme_delete_person"}};
  EXPECT_EQ(of(small_manifest()), expected);
}

TEST(Demands, ASignInPageIsADemandOfItsOwn) {
  const auto change =
      difference(of(small_manifest()),
                 of(replaced(small_manifest(), R"("guide":{"warning")",
                             R"("sign_in_hosts":["login.acme.example"],"guide":{"warning")")));
  EXPECT_EQ(change.added, (Demands{{DemandKind::kSignIn, "login.acme.example"}}));
  EXPECT_TRUE(change.removed.empty());
}

TEST(Demands, EachShapeOfAToldHostIsADemandOfItsOwn) {
  const auto with = [](const std::string& within) {
    return of(replaced(replaced(small_manifest(), R"("permissions":[)",
                                R"("facts":[{"id":"instance","label":"company"}],"permissions":[)"),
                       R"("hosts":[)",
                       R"("hosts":[{"host":"{instance}","within":[)" + within + "]},"));
  };
  const auto change =
      difference(with(R"("*.my.acme.example")"), with(R"("*.my.acme.example","*.evil.example")"));
  EXPECT_EQ(change.added, (Demands{{DemandKind::kHost, "*.evil.example"}}));
  EXPECT_TRUE(change.removed.empty());
}

TEST(Demands, TheSameManifestAsksForNothingElse) {
  EXPECT_TRUE(difference(of(small_manifest()), of(small_manifest())).none());
}

TEST(Demands, AgainstNothingEverythingIsAdded) {
  const auto change = difference({}, of(small_manifest()));
  EXPECT_EQ(change.added, of(small_manifest()));
  EXPECT_TRUE(change.removed.empty());
}

TEST(Demands, AnotherHostOrMethodOrPortIsAnotherDemand) {
  for (const auto* host : {R"("host":"api.acme.example","methods":["GET","DELETE","POST"])",
                           R"("host":"api.acme.example")",
                           R"("host":"api.acme.example","port":8443,"methods":["GET","DELETE"])",
                           R"("host":"api.acme.attacker.example","methods":["GET","DELETE"])"}) {
    auto json = small_manifest();
    std::size_t at = 0;
    const std::string from = R"("host":"api.acme.example","methods":["GET","DELETE"])";
    ASSERT_NE(at = json.find(from), std::string::npos);
    json.replace(at, from.size(), host);
    const auto parsed = manifest::parse_manifest(json);
    if (!parsed.ok()) continue;  // an action of it needs the host that is gone
    const auto change = difference(of(small_manifest()), demands_of(*parsed.manifest));
    ASSERT_EQ(change.added.size(), 1U) << host;
    EXPECT_EQ(change.added[0].kind, DemandKind::kHost);
    ASSERT_EQ(change.removed.size(), 1U);
    EXPECT_EQ(change.removed[0].what, "api.acme.example (GET, DELETE only)");
  }
}

TEST(Demands, AnActionThatBecomesDestructiveIsTold) {
  const auto change =
      difference(of(small_manifest()),
                 of(replaced(small_manifest(), R"("permissions":["people:write"],"hints":{}})",
                             R"("permissions":["people:write"],"hints":{"destructive":true}})")));
  EXPECT_EQ(change.added, (Demands{{DemandKind::kDestructive, "acme_upload"}}));
  EXPECT_EQ(change.removed, (Demands{{DemandKind::kWrite, "acme_upload"}}));
}

}  // namespace
}  // namespace patchbay::connector
