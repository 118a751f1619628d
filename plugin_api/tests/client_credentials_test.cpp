#include "patchbay/sdk/client_credentials.h"

#include <gtest/gtest.h>

#include "only.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

class Form : public ClientCredentialsFlow {
 public:
  explicit Form(Input input)
      : ClientCredentialsFlow(std::move(input),
                              {.endpoint = {.url = "https://id.toy.test/token"}}) {}
};
class Basic : public ClientCredentialsFlow {
 public:
  explicit Basic(Input input)
      : ClientCredentialsFlow(std::move(input),
                              {.endpoint = {.url = "https://id.toy.test/token",
                                            .authentication = ClientAuthentication::basic,
                                            .default_lifetime_s = 60},
                               .scope = "a b"}) {}
};

InputSpec typed(const std::string& id, const std::string& secret) {
  return {.fields = {{"client_id", id}}, .secrets = {{"client_secret", secret}}};
}

TEST(ClientCredentials, AsksForATokenInTheForm) {
  OnlyDriver<Form> driver;
  FlowRun run = driver.connect(typed("my id", "se&cret"));
  const Seen seen = run.start();
  ASSERT_EQ(seen.requests.size(), 1U);
  const SeenRequest& request = seen.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://id.toy.test/token");
  EXPECT_EQ(request.header("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body,
            "grant_type=client_credentials&client_id=my%20id&client_secret=se%26cret");
  EXPECT_EQ(request.flags, PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_MINTS);
}

TEST(ClientCredentials, AsksForATokenByHttpBasic) {
  OnlyDriver<Basic> driver;
  FlowRun run = driver.connect(typed("Aladdin", "open sesame"));
  const Seen seen = run.start();
  EXPECT_EQ(seen.requests.at(0).body, "grant_type=client_credentials&scope=a%20b");
  // RFC 6749, section 2.3.1: both are form-encoded before Basic.
  EXPECT_EQ(seen.requests.at(0).header("authorization"), "Basic QWxhZGRpbjpvcGVuJTIwc2VzYW1l");
}

TEST(ClientCredentials, HandsOverTheTokenWithItsEndAndScopes) {
  OnlyDriver<Form> driver;
  FlowRun run = driver.connect(typed("id", "secret"));
  run.start();
  const Seen seen = run.replies(
      {{.status = 200,
        .body =
            R"({"access_token":"T","token_type":"bearer","expires_in":3600,"scope":"a:read"})"}});
  ASSERT_EQ(seen.kind, PATCHBAY_ACTION_DONE);
  const TokenSpec expected = {"access", "T", "bearer", kStartUnixMs + 1000 + 3'600'000,
                              "a:read", true};
  ASSERT_EQ(seen.tokens.size(), 1U);
  EXPECT_EQ(seen.tokens[0], expected);
}

TEST(ClientCredentials, TakesLifetimesAsTheyComeWithinReason) {
  struct Row {
    const char* json;
    std::int64_t seconds;  // 0: no end
  };
  const Row rows[] = {
      {R"({"access_token":"T"})", 0},
      {R"({"access_token":"T","expires_in":"120"})", 120},
      {R"({"access_token":"T","expires_in":120.0})", 120},
      {R"({"access_token":"T","expires_in":null})", -1},
      {R"({"access_token":"T","expires_in":0})", -1},
      {R"({"access_token":"T","expires_in":-5})", -1},
      {R"({"access_token":"T","expires_in":9007199254740991})", 10LL * 365 * 86'400},
  };
  OnlyDriver<Form> driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(typed("id", "secret"));
    run.start();
    const Seen seen = run.replies({{.status = 200, .body = row.json}});
    if (row.seconds < 0) {
      EXPECT_EQ(seen.message.id, "error.unexpected_answer") << row.json;
      ASSERT_EQ(seen.tokens.size(), 1U) << row.json;  // minted all the same: to be revoked
      continue;
    }
    ASSERT_EQ(seen.kind, PATCHBAY_ACTION_DONE) << row.json;
    EXPECT_EQ(seen.tokens[0].expires_unix_ms,
              row.seconds == 0 ? 0 : kStartUnixMs + 1000 + row.seconds * 1000)
        << row.json;
    EXPECT_FALSE(seen.tokens[0].scopes_known);
  }
}

TEST(ClientCredentials, UsesTheDefaultLifetimeWhenNoneIsTold) {
  OnlyDriver<Basic> driver;
  FlowRun run = driver.connect(typed("id", "secret"));
  run.start();
  const Seen seen = run.replies({{.status = 200, .body = R"({"access_token":"T"})"}});
  EXPECT_EQ(seen.tokens.at(0).expires_unix_ms, kStartUnixMs + 61'000);
}

TEST(ClientCredentials, NamesTheFieldThatIsEmptyAndTrims) {
  OnlyDriver<Form> driver;
  FlowRun no_id = driver.connect(typed(" ", "secret"));
  Seen seen = no_id.start();
  EXPECT_EQ(seen.message.field, "client_id");
  EXPECT_TRUE(seen.has_notice("notice.trimmed"));
  FlowRun no_secret = driver.connect(typed("id", ""));
  seen = no_secret.start();
  EXPECT_EQ(seen.message.id, "error.value_missing");
  EXPECT_EQ(seen.message.field, "client_secret");
  FlowRun blanks = driver.connect(typed("id\n", " secret"));
  EXPECT_NE(blanks.start().requests.at(0).body.find("client_id=id&client_secret=secret"),
            std::string::npos);
}

TEST(ClientCredentials, TellsRefusalsApartAtFirstAndLater) {
  struct Row {
    const char* code;
    std::uint32_t at_first, later;
    const char* id;
    const char* field;
  };
  const Row rows[] = {
      {"invalid_client", PATCHBAY_FAIL_CREDENTIALS, PATCHBAY_FAIL_REVOKED,
       "error.oauth_invalid_client", "client_id"},
      {"unauthorized_client", PATCHBAY_FAIL_CREDENTIALS, PATCHBAY_FAIL_REVOKED,
       "error.oauth_unauthorized_client", "client_secret"},
      {"invalid_grant", PATCHBAY_FAIL_CREDENTIALS, PATCHBAY_FAIL_REVOKED,
       "error.oauth_invalid_grant", ""},
      {"access_denied", PATCHBAY_FAIL_CREDENTIALS, PATCHBAY_FAIL_REVOKED,
       "error.oauth_access_denied", ""},
      {"invalid_scope", PATCHBAY_FAIL_PERMISSION, PATCHBAY_FAIL_PERMISSION,
       "error.oauth_invalid_scope", ""},
      {"temporarily_unavailable", PATCHBAY_FAIL_TRANSIENT, PATCHBAY_FAIL_TRANSIENT,
       "error.oauth_unavailable", ""},
      {"invalid_request", PATCHBAY_FAIL_PROTOCOL, PATCHBAY_FAIL_PROTOCOL, "error.oauth_refused",
       ""},
      {"something_else", PATCHBAY_FAIL_PROTOCOL, PATCHBAY_FAIL_PROTOCOL, "error.oauth_refused", ""},
  };
  OnlyDriver<Form> driver;
  for (const Row& row : rows) {
    for (const bool later : {false, true}) {
      InputSpec input = typed("id", "secret");
      if (later) input.tokens = {{.name = "access", .value = "old-token"}};
      FlowRun run = driver.connect(input);
      run.start();
      const Seen seen = run.replies(
          {{.status = 400,
            .body = std::string(R"({"error":")") + row.code + R"(","error_description":"d"})"}});
      EXPECT_EQ(seen.failure, later ? row.later : row.at_first) << row.code;
      EXPECT_EQ(seen.message.id, row.id);
      EXPECT_EQ(seen.message.field, row.field);
      EXPECT_EQ(seen.excerpt, "d");
    }
  }
}

TEST(ClientCredentials, MakesSenseOfAnswersThatAreNone) {
  struct Row {
    ReplySpec reply;
    const char* id;
  };
  const Row rows[] = {
      {{.status = 200, .body = "<html>Sign in</html>"}, "error.not_json"},
      {{.status = 200, .body = ""}, "error.not_json"},
      {{.status = 200, .body = "{\"access_token\":"}, "error.not_json"},
      {{.status = 200, .body = "[]"}, "error.unexpected_answer"},
      {{.status = 200, .body = R"({"access_token":""})"}, "error.unexpected_answer"},
      {{.status = 200, .body = R"({"access_token":7})"}, "error.unexpected_answer"},
      {{.status = 302, .body = "{}"}, "error.unexpected_status"},
      {{.status = 404, .body = "{}"}, "error.unexpected_status"},
      {{.status = 403, .body = "<html>"}, "error.not_json"},
      {{.status = 502, .body = "<html>"}, "error.provider_unavailable"},
      {{.net_error = PATCHBAY_NET_TIMEOUT}, "error.timeout"},
  };
  OnlyDriver<Form> driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(typed("id", "secret"));
    run.start();
    const Seen seen = run.replies({row.reply});
    EXPECT_EQ(seen.kind, PATCHBAY_ACTION_FAIL);
    EXPECT_EQ(seen.message.id, row.id) << row.reply.body;
  }
}

TEST(ClientCredentials, GivesTheSameBytesForTheSameEvents) {
  std::string last;
  for (int i = 0; i < 2; ++i) {
    OnlyDriver<Form> driver;
    FlowRun run = driver.connect(typed(" id", "secret"));
    std::string text = run.start().dump();
    text += run.replies({{.status = 200, .body = R"({"access_token":"T","expires_in":5})"}}).dump();
    if (i > 0) {
      EXPECT_EQ(text, last);
    }
    last = text;
  }
}

}  // namespace
