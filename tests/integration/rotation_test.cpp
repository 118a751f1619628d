// A rotating refresh token is presented once. What the hub does when nobody knows whether it was.
#include "several_hubs_fixture.h"

namespace patchbay::integration {
namespace {

using store::AccountStatus;

class RotationTest : public SeveralHubsTest {
 protected:
  void link_with(const std::string& connector) {
    provider.set_grace(connector == kLenient);
    open_hub();
    id = link_account(connector, "acme");
  }
  // How often the refresh token of the account's first generation was presented. Linking used up
  // the one before.
  int times() { return provider.presented()["acme"][2]; }
  void expect_reconnect_needed() {
    const auto kept = account(id);
    EXPECT_EQ(kept.status, AccountStatus::kError);
    EXPECT_EQ(kept.reason_code, "reconnect_needed");
    EXPECT_EQ(sql("SELECT count(*) FROM events WHERE kind = 'account.error'"), 1);
  }
  void expect_untouched() {
    EXPECT_EQ(times(), 0);
    EXPECT_EQ(account(id).status, AccountStatus::kActive);
    EXPECT_EQ(sql("SELECT presented FROM refresh_leases"), 0) << "the intent was not taken back";
    ASSERT_TRUE(refresh(id));
    EXPECT_EQ(times(), 1);
    EXPECT_FALSE(provider.is_dead("acme"));
  }

  std::string id;
};

TEST_F(RotationTest, EachRefreshTokenIsPresentedOnce) {
  link_with(kRotating);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(refresh(id));
  const auto all = provider.presented();
  for (const auto& [number, presented] : all.at("acme")) EXPECT_EQ(presented, 1) << number;
  EXPECT_FALSE(provider.is_dead("acme"));
}

TEST_F(RotationTest, WhenTheProviderIsAwayItIsPresentedLater) {
  link_with(kRotating);
  provider.stop();
  EXPECT_FALSE(refresh(id));
  provider.start();
  expect_untouched();
}

TEST_F(RotationTest, WhenTheProvidersCertificateIsWrongItIsPresentedLater) {
  link_with(kRotating);
  provider.kit().set_certificate_mode(sandbox::CertificateMode::expired);
  EXPECT_FALSE(refresh(id));
  provider.kit().set_certificate_mode(sandbox::CertificateMode::valid);
  expect_untouched();
}

TEST_F(RotationTest, WhenTheProviderSaysThatItIsTooMuchItIsPresentedLater) {
  link_with(kRotating);
  fault({.kind = FaultKind::status, .status = 429});
  EXPECT_FALSE(refresh(id));
  expect_untouched();
}

TEST_F(RotationTest, WhenTheAnswerIsLostItIsNotPresentedAgain) {
  link_with(kRotating);
  fault({.kind = FaultKind::cut_before_answer, .handled = true});
  EXPECT_FALSE(refresh(id));
  expect_reconnect_needed();
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(times(), 1);
  EXPECT_FALSE(provider.is_dead("acme"));
}

TEST_F(RotationTest, WhenAServerInFrontOfItFailsItIsNotPresentedAgain) {
  link_with(kRotating);
  fault({.kind = FaultKind::status, .status = 502, .handled = true});
  EXPECT_FALSE(refresh(id));
  expect_reconnect_needed();
  EXPECT_EQ(times(), 1);
}

TEST_F(RotationTest, WhenTheManifestGrantsAGraceItIsPresentedOnceMore) {
  link_with(kLenient);
  fault({.kind = FaultKind::cut_before_answer, .handled = true});
  const auto refreshed = refresh(id);
  ASSERT_TRUE(refreshed) << refreshed.error().message;
  EXPECT_EQ(times(), 2);
  EXPECT_FALSE(provider.is_dead("acme"));
  EXPECT_TRUE(refresh(id));
}

TEST_F(RotationTest, WithAGraceItIsNotPresentedAThirdTime) {
  link_with(kLenient);
  fault({.kind = FaultKind::cut_before_answer, .times = 2, .handled = true});
  EXPECT_FALSE(refresh(id));
  expect_reconnect_needed();
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(times(), 2);
}

TEST_F(RotationTest, AfterTheGraceItIsNotPresentedAgain) {
  link_with(kLenient);
  ASSERT_TRUE(refresh(id));
  // As left by a hub that died half a minute ago.
  sql("UPDATE refresh_leases SET holder = 'ins_gone', generation = 2, presented = 1, "
      "presented_at = (extract(epoch FROM now()) * 1000)::bigint - 30000");
  EXPECT_FALSE(refresh(id));
  expect_reconnect_needed();
  EXPECT_EQ(provider.presented()["acme"][3], 0);
}

TEST_F(RotationTest, WhenTheHubDiesMeanwhileTheNextOneDoesNotPresentItAgain) {
  link_with(kRotating);
  close_hub();
  fault({.kind = FaultKind::trickle, .delay = 60s});  // processed, and never answered
  auto dying = hub_process();
  dying->say("refresh " + id);
  ASSERT_TRUE(wait_until([&] { return times() == 1; }));
  dying->kill();
  provider.kit().clear_faults();
  open_hub();
  EXPECT_TRUE(wait_until([&] { return account(id).status == AccountStatus::kError; }))
      << "what is half done was not found by itself";
  expect_reconnect_needed();
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(times(), 1);
}

TEST_F(RotationTest, WhenTheHubDiesMeanwhileAndAGraceIsLeftTheNextOnePresentsItOnceMore) {
  link_with(kLenient);
  close_hub();
  fault({.kind = FaultKind::trickle, .delay = 60s});  // processed, and never answered
  auto dying = hub_process();
  dying->say("refresh " + id);
  ASSERT_TRUE(wait_until([&] { return times() == 1; }));
  dying->kill();
  provider.kit().clear_faults();
  open_hub();
  EXPECT_TRUE(wait_until([&] { return account(id).generation == 2; }));
  EXPECT_EQ(account(id).status, AccountStatus::kActive);
  EXPECT_EQ(times(), 2);
  EXPECT_FALSE(provider.is_dead("acme"));
}

// Revoking what was minted in vain would end the grant, which is presented once more instead.
TEST_F(RotationTest, WithAGraceTokensThatTheDatabaseLostDoNotEndTheGrant) {
  link_with(kLenient);
  fault({.kind = FaultKind::delay, .delay = 60s});
  auto refreshing = start(hub->accounts().refresh(hub->project_id(), id));
  ASSERT_TRUE(token_was_asked_for(2));
  sql("ALTER TABLE account_tokens RENAME TO away");
  provider.kit().end_delays();
  EXPECT_FALSE(refreshing.get());
  sql("ALTER TABLE away RENAME TO account_tokens");
  EXPECT_TRUE(revocations_done());
  EXPECT_FALSE(provider.is_dead("acme"));
  const auto refreshed = refresh(id);
  EXPECT_TRUE(refreshed) << refreshed.error().message;
  EXPECT_EQ(times(), 2);
}

TEST_F(RotationTest, UnlinkingEndsTheGrantAlsoWhenItsAccessTokenHasRunOut) {
  link_with(kRotating);
  let_held_tokens_end(id);
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  EXPECT_TRUE(revocations_done());
  EXPECT_TRUE(provider.is_dead("acme"));
}

TEST_F(RotationTest, AnIntentThatCannotBeWrittenIsNoReasonToPresentIt) {
  link_with(kRotating);
  sql("ALTER TABLE refresh_leases ADD CHECK (presented = 0)");
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(times(), 0);
  sql("ALTER TABLE refresh_leases DROP CONSTRAINT refresh_leases_presented_check");
  EXPECT_TRUE(refresh(id));
}

// As after pg_restore.
TEST_F(RotationTest, InADatabaseThatIsMarkedAsRestoredItIsNeverPresented) {
  link_with(kRotating);
  const std::vector<std::string> command{"store", "mark-restored", "--store", uri};
  EXPECT_EQ(ChildProcess(PATCHBAY_BUILD_DIR "/bin/patchbay", command).wait(), 1)
      << "a hub is at work";
  close_hub();
  EXPECT_EQ(ChildProcess(PATCHBAY_BUILD_DIR "/bin/patchbay", command).wait(), 0);
  open_hub();
  EXPECT_FALSE(refresh(id));
  EXPECT_TRUE(wait_until([&] { return account(id).status == AccountStatus::kError; }));
  EXPECT_FALSE(refresh(id));
  expect_reconnect_needed();
  EXPECT_EQ(times(), 0);
}

TEST_F(RotationTest, AGrantThatTheProviderEndedIsFinal) {
  link_with(kRotating);
  provider.end_grant("acme");
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(account(id).status, AccountStatus::kError);
  EXPECT_EQ(account(id).reason_code, to_string(ErrorCode::kRevoked));
  EXPECT_EQ(times(), 1);
}

}  // namespace
}  // namespace patchbay::integration
