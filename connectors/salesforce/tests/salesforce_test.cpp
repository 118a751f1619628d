// The Salesforce connector, step by step, with the answers that Salesforce documents.
#include <gtest/gtest.h>

#include <string>

#include "patchbay/testing/flow_driver.h"

namespace {

using namespace patchbay::testing;

class SalesforceDriver : public Driver {
 public:
  SalesforceDriver()
      : Driver(patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr)) {}
};

InputSpec set_up(const std::string& environment = "production",
                 const std::string& minutes = "120") {
  return {.auth_method = "oauth2",
          .environment = environment,
          .setup_fields = {{"client_id", "3MVG9.key"}, {"session_minutes", minutes}},
          .setup_secrets = {{"client_secret", "app-secret"}},
          .needed_permissions = {"api:read", "contacts:read"},
          .redirect_uri = "https://hub.test/connect/return"};
}
InputSpec linked() {
  InputSpec input = set_up();
  input.secrets = {{"refresh_token", "5Aep-old"}};
  input.tokens = {{.name = "access", .value = "00D!old", .scopes = "api", .scopes_known = true}};
  return input;
}

ReplySpec json(const std::string& body, std::uint32_t status = 200) {
  return {.status = status, .body = body, .headers = {{"content-type", "application/json"}}};
}
ReplySpec refusal(const std::string& code, const std::string& description = {}) {
  return json(R"({"error":")" + code + R"(","error_description":")" + description + "\"}", 400);
}
std::string granted(const std::string& server = "https://acme.my.salesforce.com") {
  return R"({"access_token":"00D!A","refresh_token":"5Aep-R","signature":"s","scope":"api refresh_token",)"
         R"("instance_url":")" +
         server +
         R"(","id":"https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA",)"
         R"("token_type":"Bearer","issued_at":"1700000000000"})";
}

Seen exchanged(FlowRun& run, const ReplySpec& reply) {
  const Seen away = run.start();
  const Seen request = run.redirect({{"code", "the-code"}, {"state", away.redirect_state}});
  EXPECT_EQ(request.requests.size(), 1U);
  return run.replies({reply});
}

TEST(SalesforceConnect, SendsPeopleToTheirEnvironmentWithPkce) {
  SalesforceDriver driver;
  for (const auto& [environment, host] : {std::pair{"production", "login"}, {"sandbox", "test"}}) {
    FlowRun run = driver.connect(set_up(environment));
    const Seen away = run.start();
    ASSERT_EQ(away.kind, PATCHBAY_ACTION_REDIRECT);
    const std::string site = "https://" + std::string(host) + ".salesforce.com/services/oauth2/";
    EXPECT_TRUE(away.redirect_url.starts_with(site + "authorize?")) << away.redirect_url;
    EXPECT_NE(away.redirect_url.find("&scope=api%20refresh_token&"), std::string::npos);
    EXPECT_NE(away.redirect_url.find("&code_challenge_method=S256"), std::string::npos);
    const Seen request = run.redirect({{"code", "c"}, {"state", away.redirect_state}});
    EXPECT_EQ(request.requests.at(0).url, site + "token");
    EXPECT_NE(request.requests[0].body.find("&code_verifier="), std::string::npos);
  }
}

TEST(SalesforceConnect, AsksForMoreScopesOnlyWhereTheyAreNeeded) {
  SalesforceDriver driver;
  InputSpec input = set_up();
  input.needed_permissions.emplace_back("identity:read");
  FlowRun run = driver.connect(input);
  EXPECT_NE(run.start().redirect_url.find("&scope=api%20refresh_token%20openid&"),
            std::string::npos);
}

TEST(SalesforceConnect, TellsWhereTheOrganisationLives) {
  SalesforceDriver driver;
  FlowRun run = driver.connect(set_up());
  const Seen done = exchanged(run, json(granted()));
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.facts, (Pairs{{"instance", "acme.my.salesforce.com"},
                               {"organisation", "00D000000000001EAA"}}));
  EXPECT_EQ(done.tokens.at(0).value, "00D!A");
  EXPECT_EQ(done.tokens[0].scopes, "api refresh_token");
  EXPECT_EQ(done.secrets, (Pairs{{"refresh_token", "5Aep-R"}}));
}

TEST(SalesforceConnect, PassesNoServerOnThatIsNoOrigin) {
  SalesforceDriver driver;
  for (const char* server :
       {"", "acme.my.salesforce.com", "http://acme.my.salesforce.com",
        "https://u@acme.my.salesforce.com", "https://acme.my.salesforce.com:8443",
        "https://evil.example/.my.salesforce.com", "https://evil.example#.my.salesforce.com"}) {
    FlowRun run = driver.connect(set_up());
    const Seen failed = exchanged(run, json(granted(server)));
    EXPECT_EQ(failed.kind, PATCHBAY_ACTION_FAIL) << server;
    EXPECT_EQ(failed.failure, PATCHBAY_FAIL_PROTOCOL) << server;
    EXPECT_EQ(failed.tokens.at(0).value, "00D!A") << "minted, and to be revoked";
  }
}

TEST(SalesforceConnect, MakesNoFactOfAnIdThatIsNone) {
  SalesforceDriver driver;
  for (const char* id : {"", "x", "/", "//", "https://login.salesforce.com/id/short/005",
                         "https://evil.example/<script>alert(1)/x"}) {
    FlowRun run = driver.connect(set_up());
    const Seen done = exchanged(
        run, json(R"({"access_token":"a","instance_url":"https://acme.my.salesforce.com","id":")" +
                  std::string(id) + "\"}"));
    ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE) << id;
    EXPECT_EQ(done.facts.size(), 1U) << id;
  }
}

TEST(SalesforceConnect, TakesTheSessionsLengthForTheTokens) {
  SalesforceDriver driver;
  const auto lifetime = [&driver](const std::string& minutes) {
    FlowRun run = driver.connect(set_up("production", minutes));
    return (exchanged(run, json(granted())).tokens.at(0).expires_unix_ms - kStartUnixMs) / 60'000;
  };
  EXPECT_EQ(lifetime("15"), 15);
  EXPECT_EQ(lifetime("1440"), 1440);
  for (const char* other : {"", "0", "-5", "x", "12x", "99999999999999999999"})
    EXPECT_EQ(lifetime(other), 120) << other;
}

struct Row {
  ReplySpec reply;
  std::uint32_t failure;
  const char* message;
};

TEST(SalesforceConnect, SaysWhyItWasRefused) {
  const Row rows[] = {
      {refusal("invalid_client_id"), PATCHBAY_FAIL_CONFIGURATION, "error.client_refused"},
      {refusal("invalid_client"), PATCHBAY_FAIL_CONFIGURATION, "error.client_refused"},
      {refusal("redirect_uri_mismatch"), PATCHBAY_FAIL_CONFIGURATION, "error.redirect_refused"},
      {refusal("invalid_grant", "ip restricted"), PATCHBAY_FAIL_CONFIGURATION,
       "error.ip_restricted"},
      {refusal("invalid_grant", "inactive user"), PATCHBAY_FAIL_CREDENTIALS, "error.inactive_user"},
      {refusal("invalid_grant", "expired authorization code"), PATCHBAY_FAIL_CREDENTIALS,
       "error.code_refused"},
      {refusal("invalid_grant", "invalid code verifier"), PATCHBAY_FAIL_CONFIGURATION,
       "error.pkce_refused"},
      {refusal("invalid_grant"), PATCHBAY_FAIL_CREDENTIALS, "error.code_refused"},
      {refusal("inactive_org"), PATCHBAY_FAIL_CREDENTIALS, "error.inactive_org"},
      {refusal("OAUTH_APP_BLOCKED"), PATCHBAY_FAIL_CREDENTIALS, "error.app_blocked"},
      {refusal("rate_limit_exceeded"), PATCHBAY_FAIL_TRANSIENT, "error.logins_exceeded"},
      {refusal("a_new_code"), PATCHBAY_FAIL_PROTOCOL, "error.oauth_refused"},
      {json("<html>"), PATCHBAY_FAIL_PROTOCOL, "error.not_json"},
      {json("{}"), PATCHBAY_FAIL_PROTOCOL, "error.unexpected_answer"},
      {json("{}", 503), PATCHBAY_FAIL_TRANSIENT, "error.provider_unavailable"},
  };
  SalesforceDriver driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(set_up());
    const Seen failed = exchanged(run, row.reply);
    ASSERT_EQ(failed.kind, PATCHBAY_ACTION_FAIL) << row.message;
    EXPECT_EQ(failed.failure, row.failure) << row.message << ' ' << row.reply.body;
    EXPECT_EQ(failed.message.id, row.message) << row.reply.body;
  }
}

TEST(SalesforceRefresh, KeepsTheRefreshTokenUnlessAnotherComes) {
  SalesforceDriver driver;
  for (const bool rotates : {false, true}) {
    FlowRun run = driver.refresh(linked());
    const Seen seen = run.start();
    EXPECT_EQ(seen.requests.at(0).url, "https://login.salesforce.com/services/oauth2/token");
    EXPECT_NE(seen.requests[0].body.find("grant_type=refresh_token&refresh_token=5Aep-old"),
              std::string::npos);
    const Seen done = run.replies(
        {json(R"({"access_token":"00D!B","instance_url":"https://acme.my.salesforce.com")" +
              std::string(rotates ? R"(,"refresh_token":"5Aep-new"})" : "}"))});
    ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
    EXPECT_EQ(done.secrets, rotates ? (Pairs{{"refresh_token", "5Aep-new"}}) : Pairs{});
    EXPECT_EQ(done.facts, (Pairs{{"instance", "acme.my.salesforce.com"}}));
    EXPECT_EQ(done.tokens.at(0).scopes, "api");
    EXPECT_NE(done.tokens[0].expires_unix_ms, 0);
  }
}

TEST(SalesforceRefresh, KnowsWhatHasEndedTheConnection) {
  const std::pair<ReplySpec, const char*> rows[] = {
      {refusal("invalid_grant", "expired access/refresh token"), "error.withdrawn"},
      {refusal("invalid_grant", "inactive user"), "error.inactive_user"},
      {refusal("inactive_user"), "error.inactive_user"},
      {refusal("OAUTH_APP_BLOCKED", "this app is blocked by admin"), "error.app_blocked"}};
  SalesforceDriver driver;
  for (const auto& [reply, message] : rows) {
    FlowRun run = driver.refresh(linked());
    (void)run.start();
    const Seen failed = run.replies({reply});
    EXPECT_EQ(failed.failure, PATCHBAY_FAIL_REVOKED) << message;
    EXPECT_EQ(failed.message.id, message);
  }
}

TEST(SalesforceRevoke, EndsTheRefreshTokenAndTakesGoneForDone) {
  SalesforceDriver driver;
  const auto end = [&driver](const ReplySpec& reply) {
    FlowRun run = driver.revoke(linked());
    const Seen seen = run.start();
    EXPECT_EQ(seen.requests.at(0).url, "https://login.salesforce.com/services/oauth2/revoke");
    EXPECT_TRUE(seen.requests[0].body.starts_with("token=5Aep-old&")) << seen.requests[0].body;
    EXPECT_EQ(seen.requests[0].body.find("app-secret"), std::string::npos);
    std::vector<ReplySpec> all(seen.requests.size(), reply);
    return run.replies(all).kind;
  };
  EXPECT_EQ(end(json("")), PATCHBAY_ACTION_DONE);
  EXPECT_EQ(end(refusal("invalid_token")), PATCHBAY_ACTION_DONE);
  EXPECT_EQ(end(refusal("unsupported_token_type")), PATCHBAY_ACTION_DONE);
  EXPECT_EQ(end(refusal("server_error")), PATCHBAY_ACTION_FAIL);
}

}  // namespace
