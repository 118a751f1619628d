// Slack: the person is sent to its page and comes back, tokens rotate, and what Slack says with 200
// is understood.
#include "accounts/credentials.h"
#include "actions/action_runner.h"
#include "moving/importer.h"
#include "slack_hub.h"

namespace patchbay::integration {
namespace {

constexpr const char* kAccess = "POST /api/oauth.v2.access";
constexpr const char* kRevoke = "POST /api/auth.revoke";

class SlackTest : public SlackHub {
 protected:
  ActionRunner::Outcome run_for(const store::Account& account, const std::string& action,
                                const std::string& input) {
    account_id = account.id;
    return run(action, input);
  }
  std::string token_of(const std::string& account_id) { return token_value(account_id, "access"); }
};

TEST_F(SlackTest, AWorkspaceIsLinkedWithTheScopesOfTheAllowedActionsAndNoOthers) {
  allow_actions({"slack_list_channels", "slack_send_message"});
  const Away away = send_away();
  EXPECT_NE(away.url.find("&scope=channels%3Aread%2Cchat%3Awrite&"), std::string::npos) << away.url;
  const auto back = decide(away.url, "allow");
  EXPECT_NE(page.find("<li>chat:write</li>"), std::string::npos) << page;
  const auto outcome = come_back(away, back);
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_TRUE(token_of(outcome.account->id).starts_with("xoxe.xoxb-1-"));
  const auto sent =
      run_for(*outcome.account, "slack_send_message", R"({"channel":"C00000001","text":"Hello"})");
  EXPECT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(audited().find("xoxe"), std::string::npos);
}

TEST_F(SlackTest, PkceBindsTheCodeWhereTheAppHasIt) {
  set_option("pkce", true);
  set_up_app("on");
  const Away away = send_away();
  EXPECT_NE(away.url.find("code_challenge_method=S256"), std::string::npos);
  const auto outcome = come_back(away, decide(away.url, "allow"));
  EXPECT_TRUE(outcome.account) << outcome.error.message;
  set_option("pkce", false);
  EXPECT_TRUE(decide(send_away("other").url, "allow").empty());
  EXPECT_NE(page.find("PKCE"), std::string::npos) << page;
}

TEST_F(SlackTest, APersonWhoDeclinesIsToldSoAndNothingIsStored) {
  const Away away = send_away();
  const auto outcome = come_back(away, decide(away.url, "cancel"));
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.oauth_access_denied");
  EXPECT_EQ(slack.calls().count(kAccess), 0U);
  expect_nothing_stored();
}

TEST_F(SlackTest, AnotherBrowsersStateIsRefusedAndTheFlowWaits) {
  const Away away = send_away();
  auto query = decide(away.url, "allow");
  query.set("state", "x" + query.find("state").value_or(""));
  const auto outcome = come_back(away, query);
  EXPECT_TRUE(outcome.waiting);
  EXPECT_EQ(slack.calls().count(kAccess), 0U);
}

TEST_F(SlackTest, AReplayedCodeLinksNobody) {
  const Away away = send_away();
  const auto query = decide(away.url, "allow");
  ASSERT_TRUE(come_back(away, query).account);
  const Away other = send_away("other");
  auto replayed = decide(other.url, "allow");
  replayed.set("code", query.find("code").value_or(""));
  const auto outcome = come_back(other, replayed);
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.code_refused");
}

TEST_F(SlackTest, AnAppThatSlackDoesNotKnowIsTheOperatorsToMend) {
  set_up_app("off", "another-secret");
  const auto outcome = installed();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kConfiguration) << outcome.error.message;
  EXPECT_EQ(outcome.message.id, "error.client_refused");
  expect_nothing_stored();
}

TEST_F(SlackTest, AnInstallForAnOrganisationIsRefusedAndItsTokenRevoked) {
  set_option("org_install", true);
  const auto outcome = installed();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.org_install");
  EXPECT_TRUE(wait_until([&] { return slack.calls().count(kRevoke) > 0; }));
}

TEST_F(SlackTest, WhatTheInstallerDoesNotGiveIsNamed) {
  set_option("denied", sandbox::json::array{"channels:read"});
  const auto outcome = installed();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kPermissionMissing) << outcome.error.message;
  EXPECT_EQ(outcome.error.permission, "channels:read");
}

TEST_F(SlackTest, EachRefreshSpendsTheRefreshTokenOfTheOneBefore) {
  const auto account = installed_account();
  std::set<std::string> seen{token_of(account.id)};
  for (int i = 0; i < 3; ++i) {
    const auto refreshed = wait(hub->accounts().refresh(hub->project_id(), account.id));
    ASSERT_TRUE(refreshed) << refreshed.error().message;
    EXPECT_TRUE(seen.insert(token_of(account.id)).second);
  }
  EXPECT_EQ(slack.calls().count(kAccess), 4U);
}

TEST_F(SlackTest, ATokenThatDoesNotRotateIsTakenToo) {
  set_option("rotation", false);
  const auto account = installed_account();
  EXPECT_TRUE(token_of(account.id).starts_with("xoxb-"));
  EXPECT_EQ(slack.calls().count(kAccess), 1U);
}

TEST_F(SlackTest, AnExpiredTokenThatSlackNamesWith200IsRenewedAndTheCallRepeated) {
  const auto account = installed_account();
  const std::string before = token_of(account.id);
  slack.clock().advance(13h);
  const auto listed = run_for(account, "slack_list_users", "{}");
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_NE(token_of(account.id), before);
}

TEST_F(SlackTest, AnAppThatWasRemovedIsToldAndNotAskedForEver) {
  const auto account = installed_account();
  provider->reset();
  set_option("rate_limits", false);
  const auto refused = run_for(account, "slack_list_users", "{}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRevoked) << refused.error().message;
  const auto now = wait(hub->accounts().get(hub->project_id(), account.id));
  ASSERT_TRUE(now);
  EXPECT_EQ(now->status, store::AccountStatus::kError);
}

TEST_F(SlackTest, AMissingScopeThatSlackNamesWith200IsToldAsThePermission) {
  allow_actions({"slack_list_channels", "slack_get_reactions"});
  const auto account = installed_account();
  set_option("denied", sandbox::json::array{"reactions:read"});
  const auto refused = run_for(account, "slack_get_reactions",
                               R"({"channel":"C00000001","timestamp":"1700000000.000100"})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionMissing);
  EXPECT_EQ(refused.error().missing, std::vector<std::string>{"reactions:read"});
}

// As another hub hands them over: this account's grant, which the hub then knows nothing of any
// more.
TEST_F(SlackTest, TokensOfAnotherHubAreTakenOverAndProvedByTheFirstRefresh) {
  const auto account = installed_account();
  const auto stored = wait(hub->store().read([&](store::Database& db) {
    return accounts::read_account(db, account.project_id, account.id);
  }));
  ASSERT_TRUE(stored);
  const auto input = accounts::open_input(hub->vault(), *stored);
  ASSERT_TRUE(input);
  const auto secret =
      std::ranges::find(input->secrets, "refresh_token", &connector::NamedSecret::name);
  ASSERT_NE(secret, input->secrets.end());
  ASSERT_TRUE(wait(hub->store().transact([&](store::Database& db) {
    return store::accounts_table::remove(db, account.project_id, account.id);
  })));
  wait(hub->keeper().forget(account.id));

  moving::ImportOptions options;
  options.project_id = hub->project_id();
  options.source = "nango";
  options.map = {{"theirs", "slack"}};
  options.actor = "a test";
  moving::Importer importer(hub->accounts(), hub->keeper(), hub->services(), std::move(options));
  const auto row = [&](const std::string& id, std::string_view refresh_token) {
    moving::SourceRow made;
    made.id = id;
    made.provider = "theirs";
    made.owner_id = made.owner_name = "owner of " + id;
    made.tokens.emplace();
    made.tokens->refresh_token = SecretString(refresh_token);
    return made;
  };
  const auto taken = wait(importer.import(row("c1", secret->value.reveal())));
  EXPECT_EQ(taken.did, moving::Did::kImported) << taken.detail;
  const auto now = wait(hub->accounts().get(hub->project_id(), taken.account_id));
  ASSERT_TRUE(now);
  EXPECT_EQ(now->status, store::AccountStatus::kActive);
  const auto called = run_for(*now, "slack_list_channels", "{}");
  EXPECT_TRUE(called) << called.error().message;

  // It is spent by now: presenting it once more would end the grant.
  EXPECT_EQ(wait(importer.import(row("c1", secret->value.reveal()))).did, moving::Did::kAlready);
  EXPECT_TRUE(run_for(*now, "slack_list_channels", "{}"));
  const auto refused = wait(importer.import(row("c2", "xoxe-1-no-such-token")));
  EXPECT_EQ(refused.did, moving::Did::kReconnect) << refused.detail;
  EXPECT_EQ((audited() + refused.detail).find("xoxe"), std::string::npos);
}

TEST_F(SlackTest, UnlinkingRevokesAtSlack) {
  const auto account = installed_account();
  const std::string token = token_of(account.id);
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), account.id)));
  EXPECT_TRUE(wait_until([&] { return slack.calls().count(kRevoke) > 0; }));
  sandbox::Client client({.host = "slack.com",
                          .address = "127.0.0.1",
                          .port = slack.port(),
                          .ca_file = slack.ca_file()});
  EXPECT_TRUE(wait_until([&] {
    const auto answer =
        client.send("POST", "/api/users.list", {{"Authorization", "Bearer " + token}});
    return answer.json().at("error").as_string() == "token_revoked";
  }));
}

TEST_F(SlackTest, HasAnEntryForEachActionAndNoneWithoutItsAction) {
  has_an_entry_for_each();
}
TEST_F(SlackTest, NoActionThatWritesSaysThatItReads) {
  says_rightly_what_reads();
}
TEST_F(SlackTest, IsTriedWithEveryInputItsActionsTake) {
  tries_every_input();
}
TEST_F(SlackTest, ItsActionsSucceed) {
  all_succeed();
}
TEST_F(SlackTest, PagesGoOnWhereOneEnded) {
  pages_go_on();
}
TEST_F(SlackTest, NamesThePermissionThatIsMissing) {
  names_missing_permissions();
}
TEST_F(SlackTest, RefusesWrongInputBeforeAnythingIsSent) {
  refuses_wrong_input();
}
TEST_F(SlackTest, NamesAProviderThatFails) {
  names_a_provider_that_fails();
}

}  // namespace
}  // namespace patchbay::integration
