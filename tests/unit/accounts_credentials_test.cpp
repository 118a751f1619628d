// What becomes of secrets and tokens between flows, and when the next refresh is due.
#include <gtest/gtest.h>

#include "accounts/credentials.h"
#include "accounts/linker.h"
#include "manifest/parse.h"
#include "manifest_fixture.h"

namespace patchbay::accounts {
namespace {

using connector::NamedSecret;
using connector::Token;

std::vector<NamedSecret> secrets(
    std::initializer_list<std::pair<const char*, const char*>> values) {
  std::vector<NamedSecret> list;
  for (const auto& [name, value] : values) list.push_back({name, SecretString(value)});
  return list;
}
std::vector<Token> tokens(std::initializer_list<std::pair<const char*, std::int64_t>> ends) {
  std::vector<Token> list;
  for (const auto& [name, end] : ends)
    list.push_back({name, SecretString(name), "Bearer", end, "", false});
  return list;
}
std::map<std::string, std::string> values_of(const std::vector<NamedSecret>& list) {
  std::map<std::string, std::string> values;
  for (const auto& secret : list) values[secret.name] = secret.value.reveal();
  return values;
}

TEST(MergeSecrets, TheSameNameReplacesAnEmptyValueRemovesAndOthersStay) {
  auto kept = secrets({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  EXPECT_TRUE(merge_secrets(kept, secrets({{"b", "new"}, {"c", ""}, {"d", "4"}})));
  EXPECT_EQ(values_of(kept),
            (std::map<std::string, std::string>{{"a", "1"}, {"b", "new"}, {"d", "4"}}));
}

TEST(MergeSecrets, NothingNewIsNoChange) {
  auto kept = secrets({{"a", "1"}});
  EXPECT_FALSE(merge_secrets(kept, {}));
  EXPECT_FALSE(merge_secrets(kept, secrets({{"gone", ""}}))) << "removing what is not there";
  EXPECT_EQ(kept.size(), 1U);
}

TEST(MergeTokens, TheSameNameReplacesAndOthersStay) {
  auto kept = tokens({{"v1", 1}, {"v2", 1}});
  merge_tokens(kept, tokens({{"v2", 2}, {"v3", 3}}));
  std::map<std::string, std::int64_t> ends;
  for (const auto& token : kept) ends[token.name] = token.expires_unix_ms;
  EXPECT_EQ(ends, (std::map<std::string, std::int64_t>{{"v1", 1}, {"v2", 2}, {"v3", 3}}));
}

constexpr std::int64_t kNow = 1'750'000'000'000;
constexpr std::int64_t kDay = 86'400'000;

TEST(PlanRefresh, IsAShareOfTheRealLifetimeAndNotAFixedMargin) {
  EXPECT_EQ(plan_refresh(tokens({{"t", kNow + kDay}}), kNow, 0.8, 0), kNow + kDay * 8 / 10);
  EXPECT_EQ(plan_refresh(tokens({{"t", kNow + 10'000}}), kNow, 0.8, 0), kNow + 8'000);
}

TEST(PlanRefresh, JitterMovesItByAtMostATenthOfWhatRemainsAndNeverPastTheEnd) {
  const auto ends = tokens({{"t", kNow + kDay}});
  const auto earliest = plan_refresh(ends, kNow, 0.8, 0);
  const auto latest = plan_refresh(ends, kNow, 0.8, 0.999999);
  EXPECT_GT(latest, earliest);
  EXPECT_LE(latest - earliest, kDay / 50);
  EXPECT_LT(latest, kNow + kDay);
}

TEST(PlanRefresh, TheTokenThatEndsFirstDecides) {
  EXPECT_EQ(plan_refresh(tokens({{"a", kNow + kDay}, {"b", kNow + 1'000}, {"c", 0}}), kNow, 0.8, 0),
            kNow + 800);
}

TEST(PlanRefresh, WithoutATokenThatEndsThereIsNothingToPlan) {
  EXPECT_EQ(plan_refresh({}, kNow, 0.8, 0.5), 0);
  EXPECT_EQ(plan_refresh(tokens({{"t", 0}}), kNow, 0.8, 0.5), 0);
}

TEST(PlanRefresh, ATokenThatHasEndedIsDueAtOnce) {
  EXPECT_EQ(plan_refresh(tokens({{"t", kNow - kDay}}), kNow, 0.8, 0.5), kNow);
}

TEST(Fields, ComeBackFromTheirJson) {
  const std::vector<connector::NamedValue> fields{
      {"client_id", "papi-1"}, {"quote\"d", "line\nbreak ü"}, {"empty", ""}};
  const auto back = fields_from_json(fields_to_json(fields));
  ASSERT_EQ(back.size(), fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    EXPECT_EQ(back[i].name, fields[i].name);
    EXPECT_EQ(back[i].value, fields[i].value);
  }
  EXPECT_TRUE(fields_from_json("damaged").empty());
}

TEST(SplitForm, PutsSecretsApartAndKeepsUnknownFieldsForTheFormCheck) {
  const auto manifest = manifest::parse_manifest(manifest::small_manifest()).manifest;
  const auto form = split_form(manifest->auth_methods.front(),
                               secrets({{"company", "acme"}, {"secret", "hush"}, {"what", "?"}}));
  ASSERT_EQ(form.secrets.size(), 1U);
  EXPECT_TRUE(form.secrets[0].value.equals("hush"));
  ASSERT_EQ(form.values.size(), 2U);
  EXPECT_EQ(form.values[1].name, "what");
}

TEST(HostValues, AnEnvironmentsVariablesWinOverWhatAPersonTyped) {
  const auto manifest = manifest::parse_manifest(manifest::small_manifest()).manifest;
  connector::FlowInput input;
  input.auth_method_id = "oauth";
  input.environment_id = "production";
  input.fields = {{"company", "acme"}, {"zone", "evil"}};
  auto values = host_values(*manifest, input);
  EXPECT_EQ(values["company"], "acme");
  EXPECT_EQ(values["zone"], "z1");
}

struct SealingTest : testing::Test {
  SealingTest() {
    const auto kek = vault::KeyEncryptionKey::generate(random);
    const std::vector<vault::WrappedDataKey> keys{*vault::create_data_key(kek, random, 1)};
    vault.emplace(*vault::Vault::unlock(kek, keys, random));
    account.id = "acc_1";
    account.project_id = "prj_1";
    account.fields = R"({"client_id":"papi-1"})";
  }
  OsRandom random;
  std::optional<vault::Vault> vault;
  store::Account account;
};

TEST_F(SealingTest, WhatWasSealedForAGenerationOpensAsAFlowsInput) {
  StoredAccount stored{account,
                       *seal_secrets(*vault, account, 3, secrets({{"s", "hush"}})),
                       *seal_tokens(*vault, account, 4, tokens({{"v2", kNow}}), kNow),
                       {}};
  const auto input = open_input(*vault, stored);
  ASSERT_TRUE(input) << input.error().message;
  EXPECT_EQ(input->fields[0].value, "papi-1");
  EXPECT_TRUE(input->secrets[0].value.equals("hush"));
  EXPECT_TRUE(input->tokens[0].value.equals("v2"));
  EXPECT_EQ(stored.secrets[0].sealed.find("hush"), std::string::npos);
}

TEST_F(SealingTest, ARowMovedToAnotherAccountOrGenerationDoesNotOpen) {
  StoredAccount stored{
      account, *seal_secrets(*vault, account, 3, secrets({{"s", "hush"}})), {}, {}};
  stored.account.id = "acc_2";
  EXPECT_FALSE(open_input(*vault, stored));
  stored.account.id = "acc_1";
  EXPECT_TRUE(open_input(*vault, stored));
  stored.secrets[0].generation = 4;
  EXPECT_FALSE(open_input(*vault, stored));
}

}  // namespace
}  // namespace patchbay::accounts
