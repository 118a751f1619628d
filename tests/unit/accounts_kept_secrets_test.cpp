// Editing an account without typing its secrets again.
#include "accounts/kept_secrets.h"
#include "actions_test_support.h"

namespace patchbay::accounts {
namespace {

struct KeptSecretsTest : testing::Test {
  Result<FormInput> keep(FormInput form) {
    return hub.loops.block_on(with_kept_secrets(*hub.services, hub.account, *hub.manifest,
                                                hub.manifest->auth_methods.front(),
                                                std::move(form)));
  }
  static FormInput form(const std::string& company) {
    FormInput made;
    made.values = {{"company", company}, {"user", "grace"}};
    return made;
  }

  test::Hub hub{"[]"};
};

TEST_F(KeptSecretsTest, WhatIsLeftOutIsTakenFromTheAccount) {
  const auto kept = keep(form("example"));
  ASSERT_TRUE(kept) << kept.error().message;
  ASSERT_EQ(kept->secrets.size(), 1U);
  EXPECT_EQ(kept->secrets.front().name, "secret");
  EXPECT_TRUE(kept->secrets.front().value.equals("s3cret-value"));
}

TEST_F(KeptSecretsTest, WhatIsEnteredWins) {
  auto entered = form("example");
  entered.secrets.push_back({"secret", SecretString("another")});
  const auto kept = keep(std::move(entered));
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->secrets.size(), 1U);
  EXPECT_TRUE(kept->secrets.front().value.equals("another"));
}

TEST_F(KeptSecretsTest, NothingIsKeptForAnotherServer) {
  const auto kept = keep(form("evil"));
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(kept.error().field, "company");
  auto entered = form("evil");
  entered.secrets.push_back({"secret", SecretString("their own")});
  EXPECT_TRUE(keep(std::move(entered))) << "a secret they know may go where they say";
}

TEST_F(KeptSecretsTest, NamesAreToldWithoutOpeningAnything) {
  const auto names = hub.loops.block_on(stored_secret_names(*hub.services, hub.account));
  ASSERT_TRUE(names);
  EXPECT_EQ(*names, std::vector<std::string>{"secret"});
}

}  // namespace
}  // namespace patchbay::accounts
