// The Slack connector, step by step, with the answers that Slack documents.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "patchbay/sdk/json.h"
#include "patchbay/testing/flow_driver.h"

namespace {

using namespace patchbay::testing;

class SlackDriver : public Driver {
 public:
  SlackDriver()
      : Driver(patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr)) {}
};

InputSpec set_up(const std::string& pkce = "off") {
  return {.auth_method = "oauth2",
          .setup_fields = {{"client_id", "17.28"}, {"pkce", pkce}},
          .setup_secrets = {{"client_secret", "app-secret"}},
          .needed_permissions = {"channels:read", "messages:write", "emails:read", "users:read"},
          .redirect_uri = "https://hub.test/connect/return"};
}

ReplySpec ok(const std::string& body, std::uint32_t status = 200) {
  return {.status = status, .body = body, .headers = {{"content-type", "application/json"}}};
}
ReplySpec refusal(const std::string& code) {
  return ok(R"({"ok":false,"error":")" + code + "\"}");
}
const std::string kGranted =
    R"({"ok":true,"access_token":"xoxe.xoxb-1-A","token_type":"bot","scope":"channels:read,chat:write",)"
    R"("bot_user_id":"U0","app_id":"A0","team":{"id":"T0","name":"Acme"},"enterprise":null,)"
    R"("is_enterprise_install":false,"authed_user":{"id":"U1"},"expires_in":43200,)"
    R"("refresh_token":"xoxe-1-R"})";

Seen exchanged(FlowRun& run, const ReplySpec& reply) {
  const Seen away = run.start();
  const Seen request = run.redirect({{"code", "the-code"}, {"state", away.redirect_state}});
  EXPECT_EQ(request.requests.size(), 1U);
  return run.replies({reply});
}

TEST(SlackConnect, AsksForTheScopesOfTheAllowedActionsAlone) {
  SlackDriver driver;
  FlowRun run = driver.connect(set_up());
  const Seen away = run.start();
  ASSERT_EQ(away.kind, PATCHBAY_ACTION_REDIRECT);
  EXPECT_EQ(away.redirect_url.find("https://slack.com/oauth/v2/authorize?response_type=code&"
                                   "client_id=17.28&"),
            0U)
      << away.redirect_url;
  EXPECT_NE(away.redirect_url.find(
                "&scope=channels%3Aread%2Cchat%3Awrite%2Cusers%3Aread%2Cusers%3Aread.email&"),
            std::string::npos)
      << away.redirect_url;
  EXPECT_EQ(away.redirect_url.find("code_challenge"), std::string::npos);
}

TEST(SlackConnect, UsesPkceWhereTheAppHasIt) {
  SlackDriver driver;
  FlowRun run = driver.connect(set_up("on"));
  const Seen away = run.start();
  EXPECT_NE(away.redirect_url.find("&code_challenge_method=S256"), std::string::npos);
  const Seen request = run.redirect({{"code", "c"}, {"state", away.redirect_state}});
  EXPECT_NE(request.requests.at(0).body.find("&code_verifier="), std::string::npos);
}

TEST(SlackConnect, ExchangesTheCodeAndKeepsWhatItGot) {
  SlackDriver driver;
  FlowRun run = driver.connect(set_up());
  const Seen away = run.start();
  const Seen request = run.redirect({{"code", "the-code"}, {"state", away.redirect_state}});
  ASSERT_EQ(request.requests.size(), 1U);
  EXPECT_EQ(request.requests[0].url, "https://slack.com/api/oauth.v2.access");
  EXPECT_EQ(request.requests[0].body.find("app-secret"), std::string::npos) << "it goes as Basic";
  const Seen done = run.replies({ok(kGranted)});
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  ASSERT_EQ(done.tokens.size(), 1U);
  EXPECT_EQ(done.tokens[0].value, "xoxe.xoxb-1-A");
  EXPECT_EQ(done.tokens[0].scopes, "channels:read chat:write");
  EXPECT_EQ(done.secrets, (Pairs{{"refresh_token", "xoxe-1-R"}}));
  EXPECT_EQ(done.facts, (Pairs{{"workspace", "Acme"}}));
}

TEST(SlackConnect, TakesATokenThatDoesNotEnd) {
  SlackDriver driver;
  FlowRun run = driver.connect(set_up());
  const Seen done = exchanged(
      run, ok(R"({"ok":true,"access_token":"xoxb-1","scope":"channels:read","team":{}})"));
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.tokens.at(0).expires_unix_ms, 0);
  EXPECT_TRUE(done.secrets.empty());
  EXPECT_TRUE(done.facts.empty());
}

struct Row {
  ReplySpec reply;
  std::uint32_t failure;
  const char* message;
};

TEST(SlackConnect, SaysWhyItWasRefused) {
  const Row rows[] = {
      {refusal("invalid_client_id"), PATCHBAY_FAIL_CONFIGURATION, "error.client_refused"},
      {refusal("bad_client_secret"), PATCHBAY_FAIL_CONFIGURATION, "error.client_refused"},
      {refusal("bad_redirect_uri"), PATCHBAY_FAIL_CONFIGURATION, "error.redirect_refused"},
      {refusal("invalid_code"), PATCHBAY_FAIL_CREDENTIALS, "error.code_refused"},
      {refusal("internal_error"), PATCHBAY_FAIL_TRANSIENT, "error.oauth_unavailable"},
      {refusal("a_new_code"), PATCHBAY_FAIL_PROTOCOL, "error.oauth_refused"},
      {ok(R"({"ok":false,"error":"ratelimited"})", 429), PATCHBAY_FAIL_RATE_LIMIT,
       "error.rate_limited"},
      {ok("<html>", 200), PATCHBAY_FAIL_PROTOCOL, "error.not_json"},
      {ok(R"({"ok":true})"), PATCHBAY_FAIL_PROTOCOL, "error.unexpected_answer"},
      {ok("{}", 503), PATCHBAY_FAIL_TRANSIENT, "error.provider_unavailable"},
      {ok(R"({"ok":true,"access_token":"xoxb-1","is_enterprise_install":true})"),
       PATCHBAY_FAIL_CREDENTIALS, "error.org_install"},
  };
  SlackDriver driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(set_up());
    const Seen failed = exchanged(run, row.reply);
    ASSERT_EQ(failed.kind, PATCHBAY_ACTION_FAIL) << row.message;
    EXPECT_EQ(failed.failure, row.failure) << row.message;
    EXPECT_EQ(failed.message.id, row.message);
  }
}

TEST(SlackConnect, ATokenOfARefusedConnectIsGivenBackToBeRevoked) {
  SlackDriver driver;
  FlowRun run = driver.connect(set_up());
  const Seen failed =
      exchanged(run, ok(R"({"ok":true,"access_token":"xoxb-1","is_enterprise_install":true})"));
  ASSERT_EQ(failed.tokens.size(), 1U);
  EXPECT_EQ(failed.tokens[0].value, "xoxb-1");
}

TEST(SlackConnect, SaysThatThePersonDeclined) {
  SlackDriver driver;
  FlowRun run = driver.connect(set_up());
  const Seen away = run.start();
  const Seen failed = run.redirect({{"error", "access_denied"}, {"state", away.redirect_state}});
  EXPECT_EQ(failed.message.id, "error.oauth_access_denied");
}

TEST(SlackRefresh, SpendsTheRefreshTokenAndKeepsTheNextOne) {
  SlackDriver driver;
  InputSpec input = set_up();
  input.secrets = {{"refresh_token", "xoxe-1-old"}};
  input.tokens = {{.name = "access", .value = "xoxe.xoxb-1-old"}};
  FlowRun run = driver.refresh(input);
  const Seen seen = run.start();
  ASSERT_EQ(seen.requests.size(), 1U);
  EXPECT_EQ(seen.requests[0].body, "grant_type=refresh_token&refresh_token=xoxe-1-old");
  EXPECT_NE(seen.requests[0].flags & PATCHBAY_REQUEST_CONSUMES, 0U);
  const Seen done = run.replies({ok(kGranted)});
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.secrets, (Pairs{{"refresh_token", "xoxe-1-R"}}));
}

TEST(SlackRefresh, KnowsThatTheAppWasRemoved) {
  SlackDriver driver;
  for (const char* code : {"invalid_refresh_token", "token_revoked", "account_inactive"}) {
    InputSpec input = set_up();
    input.secrets = {{"refresh_token", "xoxe-1-old"}};
    FlowRun run = driver.refresh(input);
    (void)run.start();
    const Seen failed = run.replies({refusal(code)});
    EXPECT_EQ(failed.failure, PATCHBAY_FAIL_REVOKED) << code;
    EXPECT_EQ(failed.message.id, "error.withdrawn") << code;
  }
}

TEST(SlackRevoke, IsDoneWhenSlackSaysSoOrTheTokenIsGone) {
  SlackDriver driver;
  const auto end = [&driver](const ReplySpec& reply) {
    InputSpec input = set_up();
    input.tokens = {{.name = "access", .value = "xoxb-1"}};
    FlowRun run = driver.revoke(input);
    const Seen seen = run.start();
    EXPECT_EQ(seen.requests.at(0).url, "https://slack.com/api/auth.revoke");
    return run.replies({reply}).kind;
  };
  EXPECT_EQ(end(ok(R"({"ok":true,"revoked":true})")), PATCHBAY_ACTION_DONE);
  for (const char* gone : {"token_revoked", "token_expired", "invalid_auth", "account_inactive"})
    EXPECT_EQ(end(refusal(gone)), PATCHBAY_ACTION_DONE) << gone;
  for (const char* not_gone : {"ratelimited", "fatal_error", "team_access_not_granted"})
    EXPECT_EQ(end(refusal(not_gone)), PATCHBAY_ACTION_FAIL) << not_gone;
}

// The scopes that the connector asks for are those that prove the manifest's permissions.
TEST(SlackManifest, HasAScopeForEveryPermission) {
  std::ifstream file(SLACK_MANIFEST, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const patchbay::sdk::JsonDocument document(text);
  const auto* permissions = patchbay::sdk::json_array(document.object(), "permissions");
  ASSERT_NE(permissions, nullptr);
  SlackDriver driver;
  for (const auto& each : *permissions) {
    const auto* permission = each.if_object();
    for (const char* side : {"read", "write"}) {
      const auto* scopes =
          patchbay::sdk::json_array(patchbay::sdk::json_object(permission, side), "scopes");
      if (scopes == nullptr) continue;
      const std::string id(*patchbay::sdk::json_text(permission, "id"));
      InputSpec input = set_up();
      input.needed_permissions = {id + ":" + side};
      FlowRun run = driver.connect(input);
      std::string wanted(*patchbay::sdk::json_text(&scopes->front()));
      wanted.replace(wanted.find(':'), 1, "%3A");
      const std::string url = run.start().redirect_url;
      EXPECT_TRUE(url.find("&scope=" + wanted + "&") != std::string::npos ||
                  url.find("%2C" + wanted + "&") != std::string::npos)
          << id << ' ' << side;
    }
  }
}

}  // namespace
