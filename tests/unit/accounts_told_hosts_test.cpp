#include <gtest/gtest.h>

#include "accounts/credentials.h"
#include "accounts/told_hosts.h"
#include "manifest/parse.h"
#include "manifest_fixture.h"

namespace patchbay::accounts {
namespace {

using Facts = std::vector<connector::NamedValue>;

manifest::Manifest told_manifest() {
  auto manifest = *manifest::parse_manifest(manifest::small_manifest()).manifest;
  manifest.facts = {{"instance", "company"}, {"name", "company"}};
  manifest.hosts.insert(manifest.hosts.begin(),
                        {"{instance}", 443, {}, {"*.my.acme.example", "*.dev.my.acme.example"}});
  return manifest;
}

std::string value_of(const Facts& facts, const std::string& name) {
  for (const auto& fact : facts)
    if (fact.name == name) return fact.value;
  return {};
}

connector::FlowInput input_with(Facts facts) {
  connector::FlowInput input;
  input.auth_method_id = "oauth";
  input.environment_id = "production";
  input.fields = {{"company", "acme"}};
  input.facts = std::move(facts);
  return input;
}

TEST(Facts, SurviveTheAccountsRow) {
  const Facts facts{{"instance", "blue.my.acme.example"}, {"name", "\"Blue\" & Sohn"}};
  const auto back = facts_from_json(facts_to_json(facts));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].value, "blue.my.acme.example");
  EXPECT_EQ(back[1].value, "\"Blue\" & Sohn");
  EXPECT_TRUE(facts_from_json("damaged").empty());
  EXPECT_TRUE(facts_from_json("{}").empty());
}

TEST(Facts, OfARefreshReplaceThoseOfTheSameName) {
  Facts kept{{"instance", "blue.my.acme.example"}, {"name", "Blue"}};
  merge_facts(kept, {{"instance", "red.my.acme.example"}, {"more", "x"}});
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(value_of(kept, "instance"), "red.my.acme.example");
  EXPECT_EQ(value_of(kept, "name"), "Blue");
}

TEST(ToldHosts, AreKeptInLowerCase) {
  Facts facts{{"name", "Blue"}, {"instance", "Blue.my.ACME.example"}};
  ASSERT_TRUE(settle_told_hosts(told_manifest(), facts, true));
  EXPECT_EQ(value_of(facts, "instance"), "blue.my.acme.example");
  EXPECT_EQ(value_of(facts, "name"), "Blue");
  EXPECT_EQ(told_hosts_of(told_manifest(), facts), "blue.my.acme.example");
}

TEST(ToldHosts, HaveToBeToldWhenAnAccountIsConnected) {
  Facts none{{"name", "Blue"}};
  EXPECT_EQ(settle_told_hosts(told_manifest(), none, true).error().code, ErrorCode::kProtocol);
  EXPECT_TRUE(settle_told_hosts(told_manifest(), none, false)) << "a refresh may leave them out";
  const auto without = manifest::parse_manifest(manifest::small_manifest()).manifest;
  EXPECT_TRUE(settle_told_hosts(*without, none, true));
}

TEST(ToldHosts, OfAHostileAnswerAreRefusedAndNotRepeated) {
  for (const char* host :
       {"evil.example", "blue.my.acme.example.evil.example", "", "my.acme.example",
        "https://blue.my.acme.example", "blue.my.acme.example:8443"}) {
    for (const bool all : {true, false}) {
      Facts facts{{"instance", host}};
      const auto settled = settle_told_hosts(told_manifest(), facts, all);
      ASSERT_FALSE(settled) << host;
      EXPECT_EQ(settled.error().code, ErrorCode::kProtocol);
      EXPECT_EQ(settled.error().message.find("evil"), std::string::npos);
    }
  }
}

TEST(ToldHosts, AreEachLookedAtWhereOneIsToldTwice) {
  for (const Facts& twice :
       {Facts{{"instance", "blue.my.acme.example"}, {"instance", "evil.example"}},
        Facts{{"instance", "evil.example"}, {"instance", "blue.my.acme.example"}}}) {
    Facts facts = twice;
    EXPECT_FALSE(settle_told_hosts(told_manifest(), facts, true));
    EXPECT_EQ(host_values(told_manifest(), input_with(twice))["instance"], "blue.my.acme.example");
  }
}

TEST(ToldHosts, FillTheAccountsHosts) {
  const auto manifest = told_manifest();
  const auto values = host_values(manifest, input_with({{"instance", "blue.my.acme.example"}}));
  EXPECT_EQ(manifest::expand_host("{instance}", values), "blue.my.acme.example");
  EXPECT_TRUE(manifest::host_allowed(manifest, "GET", "https://blue.my.acme.example/x", values));
  EXPECT_FALSE(manifest::host_allowed(manifest, "GET", "https://red.my.acme.example/x", values));
}

// A row of before the manifest changed, or that somebody wrote into the database.
TEST(ToldHosts, ThatTheManifestDoesNotAllowNowFillNothing) {
  for (const char* host : {"evil.example", "blue.old.acme.example", ""})
    EXPECT_EQ(host_values(told_manifest(), input_with({{"instance", host}})).count("instance"), 0U)
        << host;
}

TEST(ToldHosts, AreNeverFilledFromWhatAPersonTyped) {
  auto input = input_with({});
  input.fields.push_back({"instance", "red.my.acme.example"});
  input.setup_fields.push_back({"instance", "red.my.acme.example"});
  EXPECT_EQ(host_values(told_manifest(), input).count("instance"), 0U);
  input.facts = {{"instance", "blue.my.acme.example"}};
  EXPECT_EQ(host_values(told_manifest(), input)["instance"], "blue.my.acme.example");
}

}  // namespace
}  // namespace patchbay::accounts
