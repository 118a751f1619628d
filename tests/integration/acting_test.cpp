// Actions that a connector carries out by its own code, in a worker, against Personio's sandbox.
#include "actions/action_runner.h"
#include "hub_fixture.h"

namespace patchbay::integration {
namespace {

class ActingConnector : public HubTest {
 protected:
  void SetUp() override {
    drop("acting.so", PATCHBAY_BUILD_DIR "/acting/acting.so");
    open_hub();
    const auto outcome = wait(hub->accounts().link(
        link_request(personio.default_integration(), session_request("acme"), "acting")));
    ASSERT_TRUE(outcome.account) << outcome.error.message;
    account_id = outcome.account->id;
    tokens.emplace(hub->keeper());
    runner.emplace(hub->services(), *tokens);
  }

  actions::ActionRunner::Outcome act(const std::string& how) {
    return wait(
        runner->run({hub->project_id(), account_id, "acting_act", R"({"how":")" + how + R"("})"}));
  }

  std::string account_id;
  std::optional<actions::KeeperTokens> tokens;
  std::optional<actions::ActionRunner> runner;
};

TEST_F(ActingConnector, AnswersWithWhatItMadeOfTheProvidersAnswer) {
  const auto reply = act("read");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->data, R"({"status":200})");
  EXPECT_EQ(calls(kPersonsRoute), 1U);
}

TEST_F(ActingConnector, GetsAFreshTokenForOneThatWasRefused) {
  const std::string before = token_value(account_id, "main");
  EXPECT_GT(personio.revoke_tokens(), 0U);
  const auto reply = act("read");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->data, R"({"status":200})");
  EXPECT_NE(token_value(account_id, "main"), before);
  EXPECT_EQ(calls(kPersonsRoute), 2U);
}

TEST_F(ActingConnector, FailsInTheManifestsWordsOfWhichItGaveTheId) {
  const auto failed = act("fail");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "You did not allow this.");
  EXPECT_EQ(failed.error().missing, std::vector<std::string>{"things:read"});
}

TEST_F(ActingConnector, WhoseApprovalIsTakenBackIsNotCalledAndSaysSo) {
  const auto connector = hub->registry().find("acting");
  ASSERT_TRUE(wait(hub->registry().withdraw(connector->sha256, "test")));
  EXPECT_TRUE(wait_until([&] {
    const auto refused = act("read");
    return !refused && refused.error().reason == actions::reason::kConnectorAwaitingApproval;
  }));
  const auto linking = wait(hub->accounts().link(
      link_request(personio.default_integration(), session_request("other"), "acting")));
  EXPECT_NE(linking.error.message.find("waits for the approval"), std::string::npos)
      << linking.error.message;
}

TEST_F(ActingConnector, ThatDiesIsAFailureAndIsBackForTheNextCall) {
  const auto crashed = act("crash");
  ASSERT_FALSE(crashed);
  EXPECT_EQ(crashed.error().code, ErrorCode::kConnector);
  // The worker is restarted after a while.
  EXPECT_TRUE(wait_until([&] { return act("read").has_value(); }));
}

TEST_F(ActingConnector, ActsForNoSuspendedAccount) {
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), account_id)));
  const auto refused = act("read");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, actions::reason::kAccountSuspended);
  EXPECT_EQ(calls(kPersonsRoute), 0U);
}

TEST_F(ActingConnector, TellsNoSecretAndLeavesNoHostOfItsManifest) {
  const auto told = act("tell_a_secret");
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->data, R"({"told":"[redacted]"})");
  EXPECT_FALSE(act("leave_the_manifest"));
  EXPECT_NE(audited().find("attacker.example"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::integration
