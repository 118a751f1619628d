// Salesforce: a person signs in, and the answer says at which server the organisation lives. From
// then on that account's requests go there, and whatever the answer says, nowhere else.
#include "accounts/told_hosts.h"
#include "actions/action_runner.h"
#include "actions/raw_caller.h"
#include "salesforce_hub.h"

namespace patchbay::integration {
namespace {

constexpr const char* kToken = "POST /services/oauth2/token";
constexpr const char* kRevoke = "POST /services/oauth2/revoke";
constexpr const char* kQuery = "GET /services/data/v62.0/query";
constexpr const char* kAll = R"({"soql":"SELECT Name FROM Account"})";

class SalesforceTest : public SalesforceHub {
 protected:
  ActionRunner::Outcome run_for(const store::Account& account, const std::string& action,
                                const std::string& input) {
    account_id = account.id;
    return run(action, input);
  }
  std::string token_of(const std::string& id) { return token_value(id, "access"); }
  store::Account now(const std::string& id) {
    auto account = wait(hub->accounts().get(hub->project_id(), id));
    if (!account) throw std::runtime_error(account.error().message);
    return *std::move(account);
  }
  std::string server_of(const std::string& id) {
    for (const auto& fact : accounts::facts_from_json(now(id).facts))
      if (fact.name == "instance") return fact.value;
    return {};
  }
  Result<> refresh(const std::string& id) {
    auto refreshed = wait(hub->accounts().refresh(hub->project_id(), id));
    if (!refreshed) return std::move(refreshed).error();
    return {};
  }
  std::size_t calls(const char* route) const { return salesforce.calls().count(route); }
  std::vector<std::string> hostile_servers() const {
    return {"https://evil.example",
            "https://acme.my.salesforce.com.evil.example",
            "https://evil.example/.my.salesforce.com",
            "https://evil.example#.my.salesforce.com",
            "https://evil.example?.my.salesforce.com",
            "https://evil.example\\.my.salesforce.com",
            "https://acme.my.salesforce.com@evil.example",
            "https://user@acme.my.salesforce.com",
            "https://acme.my.salesforce.com:8443",
            "http://acme.my.salesforce.com",
            "https://a.b.my.salesforce.com",
            "https://my.salesforce.com",
            "https://.my.salesforce.com",
            "https://evilmy.salesforce.com",
            "https://acme.my.salesforce.com.",
            "https://login.salesforce.com",
            "https://127.0.0.1",
            "https://[::1]",
            std::string("https://\xc3\xa4").append("cme.my.salesforce.com"),
            "https://acme\xe3\x80\x82my.salesforce.com",
            "https://" + std::string(10'000, 'a') + ".my.salesforce.com",
            "https://",
            "acme.my.salesforce.com",
            "//acme.my.salesforce.com",
            "javascript:alert(1)"};
  }
};

// ---- where the account lives

TEST_F(SalesforceTest, TheAnswerSaysWhereTheAccountLivesAndRequestsGoThere) {
  allow_all();
  const Away away = send_away();
  EXPECT_TRUE(away.url.starts_with("https://login.salesforce.com/services/oauth2/authorize?"));
  EXPECT_NE(away.url.find("&scope=api%20refresh_token%20openid&"), std::string::npos) << away.url;
  EXPECT_NE(away.url.find("code_challenge_method=S256"), std::string::npos);
  const auto outcome = come_back(away, decide(away.url, "allow"));
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_EQ(server_of(outcome.account->id), "acme.my.salesforce.com");
  const auto listed = run_for(*outcome.account, "salesforce_query", kAll);
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_NE(listed->data.find("Engines"), std::string::npos) << listed->data;
  EXPECT_NE(audited().find("acme.my.salesforce.com"), std::string::npos) << audited();
  EXPECT_EQ(audited().find(token_of(outcome.account->id)), std::string::npos);
}

TEST_F(SalesforceTest, EachAccountGoesToItsOwnServer) {
  allow_all();
  const auto acme = connected_account("acme", "0");
  const auto globex = connected_account("globex", "1");
  EXPECT_EQ(server_of(acme.id), "acme.my.salesforce.com");
  EXPECT_EQ(server_of(globex.id), "globex.my.salesforce.com");
  for (const auto& account : {acme, globex})
    EXPECT_TRUE(run_for(account, "salesforce_query", kAll));
  // An application that names the other's server in a raw request.
  actions::RawCaller raw(hub->services(), *tokens,
                         [this](std::string_view id) { return hub->registry().find(id); });
  const auto reply = wait(raw.run({.project_id = hub->project_id(),
                                   .account_id = acme.id,
                                   .target = {.method = "GET",
                                              .base = "https://globex.my.salesforce.com",
                                              .path = "/services/data/v62.0/limits"}}));
  ASSERT_FALSE(reply);
  EXPECT_EQ(calls("GET /services/data/v62.0/limits"), 0U);
}

TEST_F(SalesforceTest, ASandboxIsSignedInElsewhereAndLivesElsewhere) {
  integration_id = make_integration("sandbox");
  allow_all();
  const Away away = send_away();
  EXPECT_TRUE(away.url.starts_with("https://test.salesforce.com/services/oauth2/authorize?"));
  const auto outcome = come_back(away, decide(away.url, "allow", "2"));
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_EQ(server_of(outcome.account->id), "acme--uat.sandbox.my.salesforce.com");
  EXPECT_TRUE(run_for(*outcome.account, "salesforce_query", kAll));
}

TEST_F(SalesforceTest, AHostileAnswerConnectsNothingAndItsTokenIsRevoked) {
  for (const std::string& server : hostile_servers()) {
    SCOPED_TRACE(server.substr(0, 60));
    set_option("instance_url", sandbox::json::value(server));
    const auto revoked = calls(kRevoke);
    const auto outcome = connected();
    EXPECT_FALSE(outcome.account);
    EXPECT_EQ(outcome.error.code, ErrorCode::kProtocol) << outcome.error.message;
    EXPECT_EQ(outcome.error.message.find("evil"), std::string::npos);
    EXPECT_TRUE(wait_until([&] { return calls(kRevoke) > revoked; }));
  }
  expect_nothing_stored();
  EXPECT_EQ(calls(kQuery), 0U);
}

TEST_F(SalesforceTest, AnAnswerThatDoesNotSayWhereConnectsNothing) {
  set_option("instance_url", "none");
  const auto outcome = connected();
  EXPECT_FALSE(outcome.account);
  EXPECT_NE(outcome.error.message.find("on which of its servers"), std::string::npos);
  EXPECT_TRUE(wait_until([&] { return calls(kRevoke) > 0; }));
  expect_nothing_stored();
}

TEST_F(SalesforceTest, AnAccountThatMovesAtARefreshIsFollowedAndThatIsAudited) {
  allow_all();
  const auto account = connected_account();
  EXPECT_EQ(audited().find("account.moved"), std::string::npos);
  ASSERT_TRUE(refresh(account.id));
  EXPECT_EQ(audited().find("account.moved"), std::string::npos) << "it is where it was";
  set_option("instance_url", "https://globex.my.salesforce.com");
  ASSERT_TRUE(refresh(account.id));
  EXPECT_EQ(server_of(account.id), "globex.my.salesforce.com");
  EXPECT_NE(audited().find("account.moved"), std::string::npos);
  EXPECT_TRUE(run_for(account, "salesforce_query", kAll));
  bool organisation = false;
  for (const auto& fact : accounts::facts_from_json(now(account.id).facts))
    organisation = organisation || fact.name == "organisation";
  EXPECT_TRUE(organisation) << "what the refresh did not tell stays";
}

TEST_F(SalesforceTest, AHostileAnswerToARefreshMovesNothingAndIsNotStored) {
  allow_all();
  const auto account = connected_account();
  const std::string before = token_of(account.id);
  for (const char* server : {"https://evil.example", "https://acme.my.salesforce.com.evil.example",
                             "https://u@acme.my.salesforce.com", "https://a.b.my.salesforce.com"}) {
    set_option("instance_url", server);
    EXPECT_FALSE(refresh(account.id)) << server;
    EXPECT_EQ(server_of(account.id), "acme.my.salesforce.com");
    EXPECT_EQ(token_of(account.id), before);
  }
  EXPECT_EQ(audited().find("account.moved"), std::string::npos);
  set_option("instance_url", "");
  ASSERT_TRUE(refresh(account.id)) << "the connection lives on";
  EXPECT_NE(token_of(account.id), before);
}

TEST_F(SalesforceTest, AReconnectReplacesTheServer) {
  allow_all();
  const auto account = connected_account();
  const auto again = connected("acme", "1", account.id);
  ASSERT_TRUE(again.account) << again.error.message;
  EXPECT_EQ(again.account->id, account.id);
  EXPECT_EQ(server_of(account.id), "globex.my.salesforce.com");
}

// ---- the sign-in

TEST_F(SalesforceTest, APersonWhoDeniesIsToldSoAndNothingIsStored) {
  const Away away = send_away();
  const auto outcome = come_back(away, decide(away.url, "deny"));
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.oauth_access_denied");
  EXPECT_EQ(calls(kToken), 0U);
  expect_nothing_stored();
}

TEST_F(SalesforceTest, WhatThePageRefusesIsToldInItsWords) {
  const std::pair<const char*, const char*> rows[] = {
      {"OAUTH_APP_BLOCKED|this app is blocked by admin", "error.app_blocked"},
      {"OAUTH_APP_ACCESS_DENIED|user is not admin approved to access this app", "error.app_denied"},
      {"OAUTH_EC_APP_NOT_FOUND|External client app is not installed in this org",
       "error.app_not_installed"},
      {"invalid_scope|the requested scope is not allowed", "error.scopes_refused"}};
  for (const auto& [told, message] : rows) {
    set_option("sign_in_error", told);
    const Away away = send_away();
    EXPECT_EQ(come_back(away, decide(away.url, "allow")).message.id, message);
  }
  expect_nothing_stored();
}

TEST_F(SalesforceTest, AnAppThatSalesforceDoesNotKnowIsTheOperatorsToMend) {
  set_up_app(integration_id, "another-secret");
  const auto outcome = connected();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kConfiguration) << outcome.error.message;
  EXPECT_EQ(outcome.message.id, "error.client_refused");
  expect_nothing_stored();
}

TEST_F(SalesforceTest, AReplayedCodeLinksNobody) {
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

TEST_F(SalesforceTest, TheApiThatIsNotGrantedIsNamed) {
  set_option("denied", sandbox::json::array{"api"});
  const auto outcome = connected();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kPermissionMissing) << outcome.error.message;
  EXPECT_EQ(outcome.error.permission, "api:read");
}

// ---- tokens

TEST_F(SalesforceTest, ARefreshTokenLastsUnlessTheAppRotatesIt) {
  const auto account = connected_account();
  std::set<std::string> seen{token_of(account.id)};
  for (const bool rotation : {false, false, true, true, true}) {
    set_option("rotation", rotation);
    ASSERT_TRUE(refresh(account.id));
    EXPECT_TRUE(seen.insert(token_of(account.id)).second);
  }
}

TEST_F(SalesforceTest, ASessionThatEndedEarlyIsRenewedOnceAndTheCallRepeated) {
  allow_all();
  set_option("session_minutes", 15);
  const auto account = connected_account();
  const std::string before = token_of(account.id);
  salesforce.clock().advance(16min);
  const auto listed = run_for(account, "salesforce_query", kAll);
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_NE(token_of(account.id), before);
  EXPECT_EQ(calls(kToken), 2U);
}

TEST_F(SalesforceTest, WhatARefreshIsRefusedForIsToldInItsWords) {
  const std::pair<const char*, ErrorCode> rows[] = {
      {"invalid_grant|ip restricted", ErrorCode::kConfiguration},
      {"rate_limit_exceeded|login rate exceeded", ErrorCode::kUnavailable},
      {"invalid_grant|inactive user", ErrorCode::kRevoked},
      {"inactive_org|organization is inactive", ErrorCode::kRevoked},
      {"invalid_grant|expired access/refresh token", ErrorCode::kRevoked}};
  std::set<std::string> sentences;
  for (const auto& [told, code] : rows) {
    set_option("refusal", "");
    const auto account = connected_account(std::string("of ") + told);
    set_option("refusal", told);
    const auto refused = refresh(account.id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, code) << told << ": " << refused.error().message;
    EXPECT_TRUE(sentences.insert(refused.error().message).second) << refused.error().message;
    const bool ended = code == ErrorCode::kRevoked;
    EXPECT_EQ(now(account.id).status == store::AccountStatus::kError, ended) << told;
  }
}

TEST_F(SalesforceTest, UnlinkingRevokesAtSalesforce) {
  const auto account = connected_account();
  const std::string token = token_of(account.id);
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), account.id)));
  EXPECT_TRUE(wait_until([&] { return calls(kRevoke) > 0; }));
  sandbox::Client client({.host = "acme.my.salesforce.com",
                          .address = "127.0.0.1",
                          .port = salesforce.port(),
                          .ca_file = salesforce.ca_file()});
  EXPECT_TRUE(wait_until([&] {
    const auto answer =
        client.send("GET", "/services/data/v62.0/limits", {{"Authorization", "Bearer " + token}});
    return answer.status == 401;
  }));
}

// ---- the REST API

TEST_F(SalesforceTest, AQueryGoesOnWhereOnePageEnded) {
  allow_all();
  set_option("batch_size", 1);
  const auto account = connected_account();
  const auto first = run_for(account, "salesforce_query", kAll);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_NE(first->data.find("Engines"), std::string::npos);
  ASSERT_FALSE(first->next.empty());
  const auto second = run("salesforce_query", kAll, first->next);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_NE(second->data.find("Looms"), std::string::npos);
  EXPECT_TRUE(second->next.empty());
}

TEST_F(SalesforceTest, ADayWithoutRequestsLeftIsARateLimitAndNoMissingPermission) {
  allow_all();
  const auto account = connected_account();
  set_option("requests_left", 0);
  const auto refused = run_for(account, "salesforce_query", kAll);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited) << refused.error().message;
  EXPECT_NE(refused.error().message.find("REQUEST_LIMIT_EXCEEDED"), std::string::npos)
      << refused.error().message;
}

TEST_F(SalesforceTest, WhatIsWrongWithARecordIsSaidAsSalesforceSaysIt) {
  allow_all();
  const auto account = connected_account();
  const auto refused = run_for(account, "salesforce_create_contact",
                               R"({"record":{"LastName":"Lovelace","Shoe__c":"37"}})");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("INVALID_FIELD: No such column 'Shoe__c'"),
            std::string::npos)
      << refused.error().message;
}

TEST_F(SalesforceTest, HasAnEntryForEachActionAndNoneWithoutItsAction) {
  has_an_entry_for_each();
}
TEST_F(SalesforceTest, NoActionThatWritesSaysThatItReads) {
  says_rightly_what_reads();
}
TEST_F(SalesforceTest, IsTriedWithEveryInputItsActionsTake) {
  tries_every_input();
}
TEST_F(SalesforceTest, ItsActionsSucceed) {
  all_succeed();
}
TEST_F(SalesforceTest, NamesThePermissionThatIsMissing) {
  names_missing_permissions();
}
TEST_F(SalesforceTest, RefusesWrongInputBeforeAnythingIsSent) {
  refuses_wrong_input();
}
TEST_F(SalesforceTest, NamesAProviderThatFails) {
  names_a_provider_that_fails();
}

}  // namespace
}  // namespace patchbay::integration
