// Taking access back: unlink, reconnect, and what is left to do when the provider is away.
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

using store::AccountStatus;

class RevocationTest : public HubTest {
 protected:
  RevocationTest() { open_hub(); }

  // Retries wait seconds; here time is made to pass.
  void let_retries_be_due() {
    sql("UPDATE revocations SET next_attempt = 1");
    hub->revoker().wake();
  }
};

TEST_F(RevocationTest, UnlinkRemovesTheAccountAndRevokesItsTokensAtTheProvider) {
  const auto who = personio.default_integration();
  const auto id = linked(who).id;
  EXPECT_EQ(personio.valid_tokens(who.client_id), 2U);
  const auto removed = wait(hub->accounts().unlink(hub->project_id(), id));
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(removed->id, id);
  EXPECT_FALSE(token(id)) << "local use did not end at once";
  expect_nothing_stored();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(who.client_id), 0U);
  EXPECT_EQ(sql("SELECT count(*) FROM events WHERE kind = 'account.deleted'"), 1);
}

TEST_F(RevocationTest, UnlinkingTwiceSaysThatThereIsNoSuchAccount) {
  const auto id = linked().id;
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  const auto again = wait(hub->accounts().unlink(hub->project_id(), id));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
}

TEST_F(RevocationTest, AnotherProjectsAccountIsNotFound) {
  const auto id = linked().id;
  EXPECT_EQ(wait(hub->accounts().unlink("prj_other", id)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(wait(hub->keeper().token("prj_other", id, "v2", 0)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(wait(hub->accounts().suspend("prj_other", id)).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(token(id));
}

TEST_F(RevocationTest, ARevocationOutlivesTheProvidersAbsenceAndARestartOfTheHub) {
  const auto who = personio.default_integration();
  const auto id = linked(who).id;
  personio.stop();
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  ASSERT_TRUE(wait_until([&] { return sql("SELECT max(attempts) FROM revocations") > 0; }))
      << "nobody tried while the provider was away";
  close_hub();
  EXPECT_EQ(personio.valid_tokens(who.client_id), 2U);
  personio.start();
  open_hub();
  let_retries_be_due();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(who.client_id), 0U);
}

TEST_F(RevocationTest, AProviderThatRefusesIsAskedAgainWithGrowingPauses) {
  const auto id = linked().id;
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kRevokeRoute, .times = 0, .status = 503});
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  ASSERT_TRUE(wait_until([&] { return sql("SELECT max(attempts) FROM revocations") == 1; }));
  const auto first = sql("SELECT max(next_attempt) FROM revocations") - hub->clock().unix_ms();
  let_retries_be_due();
  ASSERT_TRUE(wait_until([&] { return sql("SELECT max(attempts) FROM revocations") == 2; }));
  const auto second = sql("SELECT max(next_attempt) FROM revocations") - hub->clock().unix_ms();
  EXPECT_GT(first, 1'000);
  EXPECT_GT(second, first + 1'000);
  personio.kit().clear_faults();
  let_retries_be_due();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(), 0U);
}

TEST_F(RevocationTest, ATokenTheProviderForgotAlreadyCountsAsRevoked) {
  const auto id = linked().id;
  personio.revoke_tokens();
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  EXPECT_TRUE(revocations_done());
}

TEST_F(RevocationTest, WhatNeitherTheStoreNorTheProviderTakesIsRememberedUntilOneDoes) {
  const auto weak = personio.create_integration({.permissions = {{"documents", {.read = true}}}});
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kRevokeRoute, .times = 0, .status = 503});
  sql("ALTER TABLE revocations RENAME TO away");
  EXPECT_FALSE(link(weak).account);
  EXPECT_GT(personio.valid_tokens(weak.client_id), 0U) << "nothing was minted in vain";
  sql("ALTER TABLE away RENAME TO revocations");
  personio.kit().clear_faults();
  hub->revoker().wake();
  EXPECT_TRUE(wait_until([&] { return personio.valid_tokens(weak.client_id) == 0; }));
}

TEST_F(RevocationTest, ATokenWhoseLifeIsOverIsNotRevokedAnyMore) {
  const auto id = linked().id;
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kRevokeRoute, .times = 0, .status = 503});
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  ASSERT_TRUE(wait_until([&] { return sql("SELECT max(attempts) FROM revocations") == 1; }));
  const auto asked = calls(kRevokeRoute);
  sql("UPDATE revocations SET give_up_at = 1");
  let_retries_be_due();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(calls(kRevokeRoute), asked);
}

TEST_F(RevocationTest, ARevocationWaitsForItsConnectorToComeBack) {
  const auto id = linked().id;
  fs::remove(connectors + "/personio.so");
  ASSERT_TRUE(wait_until([&] { return hub->registry().find("personio") == nullptr; }));
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  ASSERT_TRUE(wait_until([&] { return sql("SELECT max(attempts) FROM revocations") == 1; }));
  drop("personio.so", kPersonioLibrary);
  ASSERT_TRUE(wait_until([&] { return hub->registry().find("personio") != nullptr; }));
  let_retries_be_due();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(), 0U);
}

TEST_F(RevocationTest, ReconnectingWithAnotherClientIdKeepsTheAccountAndRevokesTheOldTokens) {
  const auto old = personio.default_integration();
  const auto fresh =
      personio.create_integration({.permissions = {{"employees", {.read = true, .write = true}}}});
  const auto id = linked(old).id;
  const auto old_secret = wait(hub->store().read(
      [&](store::Database& db) { return store::account_credentials::secrets(db, id); }));
  const auto outcome = reconnect(id, fresh);
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_TRUE(outcome.was_there_before);
  EXPECT_EQ(outcome.account->id, id);
  EXPECT_EQ(outcome.account->generation, 2);
  EXPECT_NE(outcome.account->fields.find(fresh.client_id), std::string::npos);
  EXPECT_EQ(outcome.account->fields.find(old.client_id), std::string::npos);
  EXPECT_TRUE(personio.token_is_valid(token_value(id)));
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(old.client_id), 0U);
  EXPECT_EQ(personio.valid_tokens(fresh.client_id), 2U);
  // The old secret is gone: one row, sealed for the new generation, with the new secret.
  const auto secrets = wait(hub->store().read(
      [&](store::Database& db) { return store::account_credentials::secrets(db, id); }));
  ASSERT_TRUE(secrets);
  ASSERT_EQ(secrets->size(), 1U);
  EXPECT_NE(secrets->front().sealed, old_secret->front().sealed);
  const auto opened = hub->vault().open(
      secrets->front().sealed, {store::kSecretsTable, hub->project_id(), id, "client_secret", 2});
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->equals(fresh.client_secret));
  EXPECT_TRUE(refresh(id)) << "the new credentials do not refresh";
}

TEST_F(RevocationTest, AFailedReconnectLeavesTheOldAccountWorking) {
  const auto id = linked().id;
  const auto held = token_value(id);
  const auto weak = personio.create_integration({.permissions = {{"documents", {.read = true}}}});
  auto wrong = Credentials(personio.default_integration());
  wrong.client_secret.back() = wrong.client_secret.back() == 'A' ? 'B' : 'A';
  for (const Credentials& who : {Credentials(weak), wrong}) {
    const auto outcome = reconnect(id, who);
    EXPECT_FALSE(outcome.account);
    EXPECT_NE(outcome.error.code, ErrorCode::kInternal);
  }
  const auto kept = account(id);
  EXPECT_EQ(kept.status, AccountStatus::kActive);
  EXPECT_EQ(kept.generation, 1);
  EXPECT_EQ(token_value(id), held);
  EXPECT_TRUE(revocations_done());
  EXPECT_TRUE(personio.token_is_valid(held));
  EXPECT_EQ(personio.valid_tokens(weak.client_id), 0U);
  EXPECT_TRUE(refresh(id));
}

TEST_F(RevocationTest, ReconnectingAnAccountThatWasUnlinkedMeanwhileRevokesWhatWasMinted) {
  const auto who = personio.create_integration({.permissions = {{"employees", {.read = true}}}});
  const auto id = linked().id;
  auto session = session_request("acme");
  session.account_id = id;
  auto request = link_request(who, std::move(session));
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  const auto outcome = wait(hub->accounts().link(std::move(request)));
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kNotFound);
  expect_nothing_stored();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(), 0U);
}

TEST_F(RevocationTest, AReconnectOfASuspendedAccountLeavesItSuspended) {
  const auto id = linked().id;
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  const auto outcome = reconnect(id, personio.default_integration());
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_EQ(outcome.account->status, AccountStatus::kInactive);
  EXPECT_FALSE(token(id));
}

}  // namespace
}  // namespace patchbay::integration
