// Keeping tokens fresh: one flight for everybody, what a failure does, what the operator's and
// other processes' changes do.
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

using store::AccountStatus;

class RefreshTest : public HubTest {
 protected:
  RefreshTest() { loops = 4; }

  void SetUp() override {
    open_hub();
    id = linked().id;
  }

  // The same question from every loop at once.
  std::vector<std::future<Result<accounts::AccessToken>>> ask(int times,
                                                              std::int64_t min_validity_ms = 0) {
    std::vector<std::future<Result<accounts::AccessToken>>> answers;
    for (int i = 0; i < times; ++i) {
      auto promise = std::make_shared<std::promise<Result<accounts::AccessToken>>>();
      answers.push_back(promise->get_future());
      net::asio::co_spawn(
          hub->loops().loop(static_cast<std::size_t>(i) % loops),
          [](cli::Hub& hub, std::string id, std::int64_t validity,
             std::shared_ptr<std::promise<Result<accounts::AccessToken>>> promise) -> net::Task<> {
            promise->set_value(
                co_await hub.keeper().token(hub.project_id(), std::move(id), "v2", validity));
          }(*hub, id, min_validity_ms, promise),
          [](const std::exception_ptr& failure) { EXPECT_EQ(failure, nullptr); });
    }
    return answers;
  }

  // Minted a day ago, all but a minute.
  void let_tokens_end_in_a_minute() {
    const auto end = std::to_string(hub->clock().unix_ms() + 60'000);
    sql("UPDATE account_tokens SET minted = minted - (expires - " + end + "), expires = " + end);
    wait(hub->keeper().forget(id));
  }

  std::string id;
};

TEST_F(RefreshTest, WithoutANameTheFirstTokenIsMeant) {
  const auto usual = token(id, 0, "");
  ASSERT_TRUE(usual) << usual.error().message;
  EXPECT_EQ(usual->name, "v2");
  EXPECT_EQ(usual->value.reveal(), token_value(id, "v2"));
  const auto unknown = token("acc_9", 0, "");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kNotFound);
}

TEST_F(RefreshTest, AHundredQuestionsForAnExpiredTokenMintOnce) {
  let_held_tokens_end(id);
  const auto before = calls(kTokenRoute);
  auto answers = ask(100);
  std::set<std::string> values;
  for (auto& answer : answers) {
    const auto got = answer.get();
    ASSERT_TRUE(got) << got.error().message;
    values.emplace(got->value.reveal());
  }
  EXPECT_EQ(values.size(), 1U);
  EXPECT_EQ(calls(kTokenRoute), before + 1);
  EXPECT_TRUE(personio.token_is_valid(*values.begin()));
}

TEST_F(RefreshTest, AHundredQuestionsShareOneFailureToo) {
  let_held_tokens_end(id);
  const auto before = calls(kTokenRoute);
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kTokenRoute, .times = 0, .status = 503});
  auto answers = ask(100);
  for (auto& answer : answers) {
    const auto got = answer.get();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_EQ(calls(kTokenRoute), before + 1);
}

TEST_F(RefreshTest, AfterAFailureTheProviderIsLeftAloneForAWhile) {
  let_held_tokens_end(id);
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kTokenRoute, .times = 0, .status = 503});
  EXPECT_FALSE(token(id));
  const auto after_first = calls(kTokenRoute);
  EXPECT_FALSE(token(id));
  EXPECT_EQ(calls(kTokenRoute), after_first);
}

TEST_F(RefreshTest, AValidTokenIsServedWithoutAskingAnyone) {
  const auto before = personio.kit().calls().total();
  const auto first = token_value(id);
  EXPECT_EQ(token_value(id), first);
  EXPECT_EQ(personio.kit().calls().total(), before);
}

TEST_F(RefreshTest, ATokenThatEndsTooSoonForTheCallerIsMintedAnew) {
  const auto before = token_value(id);
  let_tokens_end_in_a_minute();
  EXPECT_EQ(token_value(id), before);
  const auto longer = token(id, 3'600'000);
  ASSERT_TRUE(longer);
  EXPECT_FALSE(longer->value.equals(before));
  EXPECT_GT(longer->expires_unix_ms, hub->clock().unix_ms() + 3'600'000);
}

TEST_F(RefreshTest, AValidityThatNoTokenHasIsNotMintedForAgainAndAgain) {
  const auto held = token_value(id);
  const auto before = calls(kTokenRoute);
  for (int i = 0; i < 5; ++i) {
    const auto served = token(id, 48LL * 3'600'000);
    ASSERT_TRUE(served) << served.error().message;
    EXPECT_TRUE(served->value.equals(held));
  }
  auto answers = ask(100, 48LL * 3'600'000);
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(calls(kTokenRoute), before);
}

TEST_F(RefreshTest, AValidityThatNoTokenHasGetsAFreshOneOnceATenthOfALifeIsOver) {
  const auto held = token_value(id);
  const auto age_tokens = [&](const std::string& hours) {
    const auto ms = "1000 * 3600 * " + hours;
    sql("UPDATE account_tokens SET minted = minted - " + ms + ", expires = expires - " + ms);
    wait(hub->keeper().forget(id));
  };
  const auto before = calls(kTokenRoute);
  age_tokens("2");
  EXPECT_TRUE(token(id, 48LL * 3'600'000)->value.equals(held)) << "a twelfth of its life is over";
  EXPECT_EQ(calls(kTokenRoute), before);
  age_tokens("1");
  auto answers = ask(100, 48LL * 3'600'000);
  for (auto& answer : answers) {
    const auto got = answer.get();
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_FALSE(got->value.equals(held));
  }
  EXPECT_EQ(calls(kTokenRoute), before + 1);
}

TEST_F(RefreshTest, ATokenThatARefreshDoesNotBringIsNotAskedForAgainAtOnce) {
  const auto before = calls(kTokenRoute);
  for (int i = 0; i < 5; ++i) {
    const auto missing = token(id, 0, "v3");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(calls(kTokenRoute), before + 1);
  // The older API alone is away: its token has ended, and asking for it mints the other no more.
  let_held_tokens_end(id);
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kTokenV1Route, .times = 0, .status = 503});
  ASSERT_TRUE(refresh(id));
  const auto after = calls(kTokenRoute);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(token(id, 0, "v1"));
  EXPECT_EQ(calls(kTokenRoute), after);
  EXPECT_TRUE(token(id, 0, "v2"));
}

TEST_F(RefreshTest, WhenMintingFailsForNowATokenThatIsStillValidIsServed) {
  const auto before = token_value(id);
  let_tokens_end_in_a_minute();
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kTokenRoute, .times = 0, .status = 503});
  const auto asked = calls(kTokenRoute);
  const auto served = token(id, 3'600'000);
  ASSERT_TRUE(served) << served.error().message;
  EXPECT_TRUE(served->value.equals(before));
  EXPECT_EQ(calls(kTokenRoute), asked + 1) << "nobody tried to mint";
  EXPECT_EQ(account(id).status, AccountStatus::kActive);
}

TEST_F(RefreshTest, WhatIsDueIsRefreshedOnItsOwn) {
  const auto before = calls(kTokenRoute);
  const auto held = token_value(id);
  sql("UPDATE accounts SET next_refresh = 1 WHERE id = '" + id + "'");
  EXPECT_TRUE(called(kTokenRoute, before + 1));
  EXPECT_TRUE(wait_until([&] { return token_value(id) != held; }));
  EXPECT_TRUE(wait_until([&] { return account(id).next_refresh > hub->clock().unix_ms(); }));
}

TEST_F(RefreshTest, AnIntegrationDeletedAtTheProviderPutsTheAccountInErrorAndKeepsIt) {
  ASSERT_TRUE(personio.delete_integration(personio.default_integration().client_id));
  const auto refreshed = refresh(id);
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, ErrorCode::kRevoked);
  const auto kept = account(id);
  EXPECT_EQ(kept.status, AccountStatus::kError);
  EXPECT_EQ(kept.reason_code, to_string(ErrorCode::kRevoked));
  EXPECT_NE(kept.reason_text.find("no longer exists"), std::string::npos) << kept.reason_text;
  const auto refused = token(id);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(kept.reason_code), std::string::npos);
  EXPECT_EQ(sql("SELECT count(*) FROM events WHERE kind = 'account.error'"), 1);
}

TEST_F(RefreshTest, AnAccountInErrorThatIsSuspendedAndResumedIsInErrorStill) {
  ASSERT_TRUE(personio.delete_integration(personio.default_integration().client_id));
  ASSERT_FALSE(refresh(id));
  const auto before = account(id);
  ASSERT_EQ(before.status, AccountStatus::kError);
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  EXPECT_EQ(account(id).status, AccountStatus::kInactive);
  const auto resumed = wait(hub->accounts().resume(hub->project_id(), id));
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->status, AccountStatus::kError);
  EXPECT_EQ(resumed->reason_code, before.reason_code);
  EXPECT_EQ(resumed->reason_text, before.reason_text);
}

TEST_F(RefreshTest, AnAccountThatWorksIsResumedWithoutAskingTheProvider) {
  ASSERT_TRUE(refresh(id));
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  const auto calls_before = calls(kTokenRoute);
  const auto resumed = wait(hub->accounts().resume(hub->project_id(), id));
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->status, AccountStatus::kActive);
  EXPECT_EQ(calls(kTokenRoute), calls_before);
}

TEST_F(RefreshTest, ACallRefusedBecauseTheIntegrationWasDeletedPutsTheAccountInErrorToo) {
  const auto refused = token_value(id);
  ASSERT_TRUE(personio.delete_integration(personio.default_integration().client_id));
  const auto replaced =
      wait(hub->keeper().replace_refused(hub->project_id(), id, "v2", SecretString(refused)));
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().code, ErrorCode::kRevoked);
  EXPECT_EQ(account(id).status, AccountStatus::kError);
  EXPECT_EQ(rows_in("accounts"), 1);
}

TEST_F(RefreshTest, AnAccountInErrorIsActiveAgainAfterReconnecting) {
  const auto other = personio.create_integration({.permissions = {{"employees", {.read = true}}}});
  ASSERT_TRUE(personio.delete_integration(personio.default_integration().client_id));
  ASSERT_FALSE(refresh(id));
  const auto told = [this](const std::string& kind) {
    return sql("SELECT count(*) FROM events WHERE kind = '" + kind + "'");
  };
  EXPECT_EQ(told("account.error"), 1);
  EXPECT_EQ(told("account.recovered"), 0);
  const auto outcome = reconnect(id, other);
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_EQ(outcome.account->status, AccountStatus::kActive);
  EXPECT_EQ(told("account.recovered"), 1);
  EXPECT_TRUE(personio.token_is_valid(token_value(id)));
}

TEST_F(RefreshTest, ATokenRefusedByTheProviderIsReplacedOnceForEveryoneWhoWasRefused) {
  const auto refused = token_value(id);
  personio.revoke_tokens();
  const auto before = calls(kTokenRoute);
  std::vector<std::future<Result<accounts::AccessToken>>> answers;
  answers.reserve(10);
  for (int i = 0; i < 10; ++i)
    answers.push_back(
        start(hub->keeper().replace_refused(hub->project_id(), id, "v2", SecretString(refused))));
  for (auto& answer : answers) {
    const auto got = answer.get();
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_TRUE(personio.token_is_valid(std::string(got->value.reveal())));
  }
  EXPECT_EQ(calls(kTokenRoute), before + 1);
}

TEST_F(RefreshTest, AProviderThatRefusesEveryTokenIsNotAskedForOneAtEveryRefusal) {
  const auto before = calls(kTokenRoute);
  for (int i = 0; i < 5; ++i) {
    const auto again = wait(
        hub->keeper().replace_refused(hub->project_id(), id, "v2", SecretString(token_value(id))));
    ASSERT_TRUE(again) << again.error().message;
  }
  EXPECT_EQ(calls(kTokenRoute), before + 1);
}

TEST_F(RefreshTest, ASuspendedAccountServesNoTokenAndIsNotRefreshedUntilItIsResumed) {
  const auto held = token_value(id);
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  EXPECT_EQ(account(id).status, AccountStatus::kInactive);
  const auto refused = token(id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
  const auto before = calls(kTokenRoute);
  const auto refreshed = refresh(id);
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, ErrorCode::kForbidden);
  EXPECT_EQ(calls(kTokenRoute), before);
  ASSERT_TRUE(wait(hub->accounts().resume(hub->project_id(), id)));
  EXPECT_EQ(token_value(id), held);
}

TEST_F(RefreshTest, AnAccountSuspendedDuringItsRefreshStaysSuspended) {
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 60s});
  const auto before = calls(kTokenRoute);
  auto refreshing = start(hub->accounts().refresh(hub->project_id(), id));
  ASSERT_TRUE(called(kTokenRoute, before + 1));
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  personio.kit().end_delays();
  (void)refreshing.get();
  EXPECT_EQ(account(id).status, AccountStatus::kInactive);
  EXPECT_FALSE(token(id));
}

TEST_F(RefreshTest, WhatAnotherProcessSuspendsIsNoticedWithinSeconds) {
  token_value(id);  // held in memory here
  auto other = make_hub();
  ASSERT_TRUE(other->loops().block_on(other->accounts().suspend(other->project_id(), id)));
  EXPECT_TRUE(wait_until([&] { return !token(id); }));
}

TEST_F(RefreshTest, WhoeverLosesARefreshToAnotherProcessRevokesItsOwnAndServesTheWinners) {
  let_held_tokens_end(id);
  auto other = make_hub();
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 600ms});
  const auto before = calls(kTokenRoute);
  auto losing = start(hub->keeper().token(hub->project_id(), id, "v2", 0));
  ASSERT_TRUE(called(kTokenRoute, before + 1));
  const auto won = other->loops().block_on(other->accounts().refresh(other->project_id(), id));
  ASSERT_TRUE(won) << won.error().message;
  const auto winner =
      other->loops().block_on(other->keeper().token(other->project_id(), id, "v2", 0));
  ASSERT_TRUE(winner);
  const auto lost = losing.get();
  ASSERT_TRUE(lost) << lost.error().message;
  EXPECT_TRUE(lost->value.equals(winner->value.reveal()));
  EXPECT_TRUE(revocations_done());
  EXPECT_TRUE(personio.token_is_valid(std::string(winner->value.reveal())));
  // The first connect's pair and the winner's pair; the loser's is gone.
  EXPECT_EQ(personio.valid_tokens(), 4U);
}

TEST_F(RefreshTest, WhatAnotherProcessHasMintedAlreadyIsTakenOver) {
  let_held_tokens_end(id);
  personio.kit().inject({.kind = FaultKind::status, .route = kTokenRoute, .status = 503});
  EXPECT_FALSE(token(id));  // generation 1 is in memory now, and has ended
  auto other = make_hub();
  // By hand: otherwise it leaves the provider alone for as long as the first one does.
  ASSERT_TRUE(other->loops().block_on(other->accounts().refresh(other->project_id(), id)));
  const auto minted =
      other->loops().block_on(other->keeper().token(other->project_id(), id, "v2", 0));
  ASSERT_TRUE(minted) << minted.error().message;
  const auto before = calls(kTokenRoute);
  Result<accounts::AccessToken> taken = make_error(ErrorCode::kInternal, "not asked");
  ASSERT_TRUE(wait_until([&] { return (taken = token(id)).has_value(); }));
  EXPECT_TRUE(taken->value.equals(minted->value.reveal()));
  EXPECT_EQ(calls(kTokenRoute), before);
}

TEST_F(RefreshTest, WhatAnotherProcessHasMintedAndHasRunOutSinceIsMintedAnew) {
  let_held_tokens_end(id);
  personio.kit().inject({.kind = FaultKind::status, .route = kTokenRoute, .status = 503});
  EXPECT_FALSE(token(id));  // generation 1 is in memory now, and has ended
  auto other = make_hub();
  ASSERT_TRUE(other->loops().block_on(other->accounts().refresh(other->project_id(), id)));
  sql("UPDATE account_tokens SET expires = 1");
  Result<accounts::AccessToken> got = make_error(ErrorCode::kInternal, "not asked");
  ASSERT_TRUE(
      wait_until([&] { return (got = token(id)) || got.error().code != ErrorCode::kUnavailable; }));
  EXPECT_TRUE(got) << got.error().message;
}

TEST_F(RefreshTest, ARefreshOfTheOldCredentialsDoesNotUndoAReconnect) {
  const auto who = personio.default_integration();
  const auto other = personio.create_integration({.permissions = {{"employees", {.read = true}}}});
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 60s});
  const auto before = calls(kTokenRoute);
  auto refreshing = start(hub->accounts().refresh(hub->project_id(), id));
  ASSERT_TRUE(called(kTokenRoute, before + 1));
  ASSERT_TRUE(reconnect(id, other).account);
  const auto held = token_value(id);  // whoever reads it meanwhile sees the new ones
  personio.kit().end_delays();
  (void)refreshing.get();
  EXPECT_EQ(token_value(id), held);
  EXPECT_EQ(account(id).generation, 2);
  EXPECT_TRUE(revocations_done());
  EXPECT_TRUE(personio.token_is_valid(held));
  EXPECT_EQ(personio.valid_tokens(who.client_id), 0U) << "what the refresh minted lives on";
}

// As when the hub is frozen until another one takes its flow for abandoned.
TEST_F(RefreshTest, WhatArrivesAfterTheFlowWasEndedIsWrittenDownAndRevoked) {
  const auto who = personio.default_integration();
  const auto held = personio.valid_tokens(who.client_id);
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenV1Route, .delay = 60s});
  auto refreshing = start(hub->accounts().refresh(hub->project_id(), id));
  ASSERT_TRUE(wait_until([&] { return rows_in("flows") == 1; }));
  ASSERT_EQ(end_interrupted(), 1U);
  personio.kit().end_delays();
  EXPECT_FALSE(refreshing.get());
  EXPECT_EQ(rows_in("flows"), 1) << "a kill would have lost what came last";
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(who.client_id), held);
}

TEST_F(RefreshTest, ATokenThatArrivesAfterUnlinkIsRevoked) {
  const auto who = personio.default_integration();
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 60s});
  const auto before = calls(kTokenRoute);
  auto refreshing = start(hub->accounts().refresh(hub->project_id(), id));
  ASSERT_TRUE(called(kTokenRoute, before + 1));
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  personio.kit().end_delays();
  const auto refreshed = refreshing.get();
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(revocations_done());
  EXPECT_TRUE(wait_until([&] { return personio.valid_tokens(who.client_id) == 0; }));
}

TEST_F(RefreshTest, AMissingConnectorIsNoReasonToLoseTheAccount) {
  fs::remove(connectors + "/personio.so");
  ASSERT_TRUE(wait_until([&] { return hub->registry().find("personio") == nullptr; }));
  const auto refreshed = refresh(id);
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(account(id).status, AccountStatus::kActive);
  EXPECT_TRUE(token(id)) << "a valid token needs no connector";
  drop("personio.so", kPersonioLibrary);
  ASSERT_TRUE(wait_until([&] { return hub->registry().find("personio") != nullptr; }));
  EXPECT_TRUE(refresh(id));
}

}  // namespace
}  // namespace patchbay::integration
