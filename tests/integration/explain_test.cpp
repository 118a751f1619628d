// Why an account does not work, as the hub tells it when a real provider and a real connector make
// the trouble.
#include "explain/explain.h"

#include "accounts/credentials.h"
#include "explain/told.h"
#include "hub_fixture.h"
#include "store/restored_accounts_table.h"

namespace patchbay::integration {
namespace {

using explain::Finding;
using explain::Urgency;

class ExplainedTest : public HubTest {
 protected:
  ExplainedTest() {
    open_hub();
    id = linked().id;
  }
  explain::Explanation explained() {
    const auto facts =
        wait(explain::gather(hub->services(), hub->accounts(), hub->project_id(), id));
    EXPECT_TRUE(facts) << facts.error().message;
    return facts ? explain::explain(*facts, hub->clock().unix_ms()) : explain::Explanation();
  }
  static std::string word(const explain::Explanation& explanation) {
    return std::string(to_word(explanation.finding));
  }
  // As if it had been another since the account was linked.
  void keep_secret(const std::string& value) {
    const auto changed = hub->store().transact_blocking([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto stored, accounts::read_account(db, hub->project_id(), id));
      std::vector<connector::NamedSecret> secrets;
      secrets.push_back({"client_secret", SecretString(value)});
      PATCHBAY_TRY_ASSIGN(const auto rows,
                          accounts::seal_secrets(hub->vault(), stored.account,
                                                 stored.secrets.at(0).generation, secrets));
      PATCHBAY_TRY(db.execute("UPDATE account_secrets SET sealed = ? WHERE account_id = ?",
                              {store::BlobView{rows.at(0).sealed}, id}));
      return {};
    });
    ASSERT_TRUE(changed) << changed.error().message;
    wait(hub->keeper().forget(id));
  }
  void refuse_tokens(int status) {
    personio.kit().inject(
        {.kind = FaultKind::status, .route = kTokenRoute, .times = 0, .status = status});
  }
  std::string id;
};

TEST_F(ExplainedTest, AHealthyAccountIsFine) {
  const auto explanation = explained();
  EXPECT_EQ(word(explanation), "fine");
  EXPECT_TRUE(explanation.serves);
  EXPECT_TRUE(explanation.steps.empty());
}

TEST_F(ExplainedTest, AnIntegrationThatWasDeletedAtTheProviderIsWithdrawnAccess) {
  const auto before = personio.default_integration();
  ASSERT_TRUE(personio.delete_integration(before.client_id));
  EXPECT_FALSE(refresh(id));
  const auto explanation = explained();
  EXPECT_EQ(word(explanation), "revoked");
  EXPECT_EQ(explanation.urgency, Urgency::kAct);
  EXPECT_EQ(explanation.code, "revoked_at_provider");
  EXPECT_FALSE(explanation.said.empty());
  EXPECT_FALSE(explanation.provider_said.empty());
  EXPECT_FALSE(explanation.serves);
  EXPECT_GT(explanation.since, 0);
  const auto text = explain::as_text(explanation, "en");
  EXPECT_NE(text.find("Access was withdrawn at Personio."), std::string::npos) << text;
  EXPECT_EQ(text.find(before.client_secret), std::string::npos);
}

TEST_F(ExplainedTest, ASecretThatWasReplacedAtTheProviderIsWithdrawnAccess) {
  keep_secret("papi-the-one-before");
  EXPECT_FALSE(refresh(id));
  const auto explanation = explained();
  EXPECT_EQ(word(explanation), "revoked");
  EXPECT_EQ(explanation.code, "revoked_at_provider");
  ASSERT_EQ(explanation.steps.size(), 2U);
  EXPECT_EQ(explanation.steps[1].id, "grant_again");
  const auto text = explain::as_text(explanation, "en");
  EXPECT_NE(text.find("no longer accepts the Client Secret"), std::string::npos) << text;
  EXPECT_EQ(text.find("papi-the-one-before"), std::string::npos) << text;
}

TEST_F(ExplainedTest, AProviderThatIsDownIsTriedAgainAndFineOnceItIsBack) {
  refuse_tokens(503);
  EXPECT_FALSE(refresh(id));
  EXPECT_FALSE(refresh(id));
  const auto explanation = explained();
  EXPECT_EQ(word(explanation), "provider_down");
  EXPECT_EQ(explanation.urgency, Urgency::kWaits);
  EXPECT_EQ(explanation.failed_tries, 2);
  EXPECT_GT(explanation.next_try, explanation.made_at);
  EXPECT_LE(explanation.since, explanation.last_try);
  EXPECT_TRUE(explanation.serves) << "the token that it holds lasts";
  personio.kit().clear_faults();
  EXPECT_TRUE(refresh(id));
  EXPECT_EQ(word(explained()), "fine");
}

TEST_F(ExplainedTest, AProviderThatCannotBeReachedIsDown) {
  personio.stop();
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(word(explained()), "provider_down");
  personio.start();
}

TEST_F(ExplainedTest, ARateLimitAndAnswersWithoutSenseAreToldApart) {
  refuse_tokens(429);
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(word(explained()), "rate_limited");
  personio.kit().clear_faults();
  personio.kit().inject({.kind = FaultKind::html, .route = kTokenRoute, .times = 0});
  (void)refresh(id);
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(word(explained()), "provider_odd");
}

TEST_F(ExplainedTest, ASuspendedAccountIsResumedByAnOperator) {
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  const auto explanation = explained();
  EXPECT_EQ(word(explanation), "suspended");
  ASSERT_EQ(explanation.steps.size(), 1U);
  EXPECT_EQ(explanation.steps[0].id, "resume");
}

TEST_F(ExplainedTest, AConnectorThatWasRemovedIsGone) {
  fs::remove(connectors + "/personio.so");
  ASSERT_TRUE(wait_until([&] { return hub->registry().find("personio") == nullptr; }));
  EXPECT_EQ(word(explained()), "connector_gone");
}

TEST_F(ExplainedTest, WhatCameBackFromABackupGetsANewToken) {
  ASSERT_TRUE(hub->store().transact_blocking(store::restored_accounts_table::mark_all));
  EXPECT_EQ(word(explained()), "restored_waits");
  EXPECT_TRUE(refresh(id));
  EXPECT_EQ(word(explained()), "fine");
}

TEST_F(ExplainedTest, SecretsThatCannotBeOpenedAreTold) {
  sql("UPDATE account_secrets SET sealed = x'00'");
  const auto explanation = explained();
  EXPECT_EQ(word(explanation), "key_missing");
  EXPECT_FALSE(explanation.said.empty());
}

TEST_F(ExplainedTest, AnAccountOfAnotherProjectIsNotThere) {
  const auto facts = wait(explain::gather(hub->services(), hub->accounts(), "prj_other", id));
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace patchbay::integration
