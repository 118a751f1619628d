// Every grant, by the library's own manifest: what is asked for, and what the answers lead to.
#include <gtest/gtest.h>

#include "declarative_driver.h"

namespace declarative::tests {
namespace {

const std::string kToken = R"({"access_token": "t0ken", "token_type": "Bearer", "expires_in": 600,
                               "refresh_token": "r3fresh"})";

struct Static {
  const char* method;
  InputSpec input;
  const char* header;
  const char* value;
  const char* field;
};

class StaticGrant : public testing::TestWithParam<Static> {};

TEST_P(StaticGrant, IsProvedByTheProbeAndTellsTheAccount) {
  DeclarativeDriver driver;
  FlowRun run = driver.connect(GetParam().input);
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_EQ(asked.requests[0].method, "GET");
  EXPECT_EQ(asked.requests[0].url, "https://api.example.com/v1/me");
  EXPECT_EQ(asked.requests[0].header(GetParam().header), GetParam().value);
  const Seen done = run.replies({json(200, R"({"name": "Acme Ltd"})")});
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.facts, (Pairs{{"account_name", "Acme Ltd"}}));
  EXPECT_TRUE(done.tokens.empty());
}

TEST_P(StaticGrant, SaysAtTheFieldThatItIsRefusedOrEmpty) {
  DeclarativeDriver driver;
  FlowRun run = driver.connect(GetParam().input);
  run.start();
  const Seen refused = run.replies({json(401, "{}")});
  EXPECT_EQ(refused.failure, PATCHBAY_FAIL_CREDENTIALS);
  EXPECT_EQ(refused.message.field, GetParam().field);
  InputSpec nothing = GetParam().input;
  nothing.secrets = {{GetParam().field, "  "}};
  FlowRun empty = driver.connect(nothing);
  const Seen failed = empty.start();
  EXPECT_EQ(failed.message.id, "error.value_missing");
  EXPECT_EQ(failed.message.field, GetParam().field);
}

TEST_P(StaticGrant, HasNothingToRevoke) {
  DeclarativeDriver driver;
  FlowRun run = driver.revoke(GetParam().input);
  EXPECT_EQ(run.start().kind, PATCHBAY_ACTION_DONE);
}

INSTANTIATE_TEST_SUITE_P(
    Of, StaticGrant,
    testing::Values(Static{"api_key",
                           {.auth_method = "api_key", .secrets = {{"api_key", "k3y"}}},
                           "x-api-key",
                           "k3y",
                           "api_key"},
                    Static{"basic",
                           {.auth_method = "basic",
                            .fields = {{"user", "anna"}},
                            .secrets = {{"password", "pa:ss"}}},
                           "authorization",
                           "Basic YW5uYTpwYTpzcw==",
                           "password"},
                    Static{"bearer",
                           {.auth_method = "bearer", .secrets = {{"token", "t0k"}}},
                           "authorization",
                           "Bearer t0k",
                           "token"}),
    [](const auto& info) { return std::string(info.param.method); });

const InputSpec kClient{.auth_method = "client_credentials",
                        .fields = {{"client_id", "id:1"}},
                        .secrets = {{"client_secret", "s3cret"}}};

TEST(ClientCredentials, MintsATokenAndProvesIt) {
  DeclarativeDriver driver;
  FlowRun run = driver.connect(kClient);
  Seen seen = run.start();
  ASSERT_EQ(seen.requests.size(), 1U);
  EXPECT_EQ(seen.requests[0].url, "https://api.example.com/oauth/token");
  EXPECT_EQ(seen.requests[0].body, "grant_type=client_credentials");
  // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
  EXPECT_EQ(seen.requests[0].header("authorization"), "Basic aWQlM0ExOnMzY3JldA==");
  EXPECT_NE(seen.requests[0].flags & PATCHBAY_REQUEST_MINTS, 0U);
  seen = run.replies({json(200, kToken)});
  ASSERT_EQ(seen.requests.size(), 1U);
  EXPECT_EQ(seen.requests[0].header("authorization"), "Bearer t0ken");
  seen = run.replies({json(200, R"({"name": "Acme Ltd"})")});
  ASSERT_EQ(seen.kind, PATCHBAY_ACTION_DONE);
  ASSERT_EQ(seen.tokens.size(), 1U);
  EXPECT_EQ(seen.tokens[0].name, "access");
  EXPECT_EQ(seen.tokens[0].value, "t0ken");
  EXPECT_EQ(seen.facts, (Pairs{{"account_name", "Acme Ltd"}}));
}

TEST(ClientCredentials, ATokenThatTheProbeRefusesIsNamedForRevocation) {
  DeclarativeDriver driver;
  FlowRun run = driver.connect(kClient);
  run.start();
  run.replies({json(200, kToken)});
  const Seen failed = run.replies({json(403, "{}")});
  EXPECT_EQ(failed.failure, PATCHBAY_FAIL_CREDENTIALS);
  ASSERT_EQ(failed.tokens.size(), 1U);
  EXPECT_EQ(failed.tokens[0].value, "t0ken");
}

TEST(ClientCredentials, ARefusedClientIsToldInTheManifestsWords) {
  DeclarativeDriver driver;
  const std::string refusal = R"({"error": "invalid_client", "error_description": "gone"})";
  FlowRun connect = driver.connect(kClient);
  connect.start();
  const Seen refused = connect.replies({json(401, refusal)});
  EXPECT_EQ(refused.message.id, "error.credentials_refused");
  EXPECT_EQ(refused.message.field, "client_secret");
  EXPECT_EQ(refused.excerpt, "gone");
  FlowRun refresh = driver.refresh(kClient);
  refresh.start();
  const Seen withdrawn = refresh.replies({json(401, refusal)});
  EXPECT_EQ(withdrawn.message.id, "error.credentials_withdrawn");
  EXPECT_EQ(withdrawn.failure, PATCHBAY_FAIL_REVOKED);
}

TEST(ClientCredentials, RevokingSendsEveryTokenToTheProvider) {
  DeclarativeDriver driver;
  InputSpec input = kClient;
  input.tokens = {{.name = "access", .value = "t0ken"}};
  FlowRun run = driver.revoke(input);
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_EQ(asked.requests[0].url, "https://api.example.com/oauth/revoke");
  EXPECT_EQ(asked.requests[0].body, "token=t0ken");
  EXPECT_EQ(asked.requests[0].header("authorization"), "Basic aWQlM0ExOnMzY3JldA==");
  EXPECT_EQ(run.replies({json(200, "")}).kind, PATCHBAY_ACTION_DONE);
}

const InputSpec kPerson{.auth_method = "authorization_code",
                        .setup_fields = {{"client_id", "hub"}},
                        .setup_secrets = {{"client_secret", "s3cret"}},
                        .redirect_uri = "https://hub.example/connect/return"};

TEST(AuthorizationCode, SendsThePersonAwayAndExchangesTheCode) {
  DeclarativeDriver driver;
  FlowRun run = driver.connect(kPerson);
  Seen seen = run.start();
  ASSERT_EQ(seen.kind, PATCHBAY_ACTION_REDIRECT);
  EXPECT_TRUE(
      seen.redirect_url.starts_with("https://login.example.com/authorize?response_type=code&"));
  EXPECT_NE(seen.redirect_url.find("code_challenge_method=S256"), std::string::npos);
  EXPECT_NE(seen.redirect_url.find("scope=offline_access"), std::string::npos);
  seen = run.redirect({{"state", seen.redirect_state}, {"code", "c0de"}});
  ASSERT_EQ(seen.requests.size(), 1U);
  EXPECT_NE(seen.requests[0].flags & PATCHBAY_REQUEST_CONSUMES, 0U);
  seen = run.replies({json(200, kToken)});
  ASSERT_EQ(seen.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(seen.secrets, (Pairs{{"refresh_token", "r3fresh"}}));
}

TEST(AuthorizationCode, ARotatingRefreshTokenIsPresentedOnce) {
  DeclarativeDriver driver;
  InputSpec input = kPerson;
  input.secrets = {{"refresh_token", "r3fresh"}};
  FlowRun run = driver.refresh(input);
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_NE(asked.requests[0].flags & PATCHBAY_REQUEST_CONSUMES, 0U);
  EXPECT_NE(asked.requests[0].body.find("grant_type=refresh_token&refresh_token=r3fresh"),
            std::string::npos);
}

TEST(AuthorizationCode, WhatARefusalMeansStandsInTheManifest) {
  DeclarativeDriver driver;
  ASSERT_EQ(driver.set_manifest(R"({"auth_methods": [{
      "id": "sign_in", "grant_type": "authorization_code", "renewal": "rotating",
      "environments": [{"id": "production"}], "tokens": [{"name": "access"}],
      "grant": {"authorize_url": "https://login.acme.example/a", "token_url": "https://acme.example/t",
                "issuer": "https://login.acme.example", "issuer_required": true,
                "refusals": [
                  {"error": "seat_missing", "failure": "permission", "message": "error.no_seat"},
                  {"error": "invalid_grant", "failure": "credentials", "message": "error.too_late",
                   "withdrawn": "error.withdrawn"}]}}]})"),
            PATCHBAY_OK);
  InputSpec input = kPerson;
  input.auth_method = "sign_in";
  const std::pair<std::string, std::string> issuer{"iss", "https://login.acme.example"};
  {
    FlowRun run = driver.connect(input);
    const Seen seen =
        run.redirect({{"state", run.start().redirect_state}, {"error", "seat_missing"}, issuer});
    EXPECT_EQ(seen.message.id, "error.no_seat");
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_PERMISSION);
  }
  {
    FlowRun run = driver.connect(input);
    run.redirect({{"state", run.start().redirect_state}, {"code", "c"}, issuer});
    const Seen seen = run.replies({json(400, R"({"error":"invalid_grant"})")});
    EXPECT_EQ(seen.message.id, "error.too_late");
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CREDENTIALS);
  }
  {
    FlowRun run = driver.connect(input);
    const Seen seen = run.redirect({{"state", run.start().redirect_state}, {"code", "c"}});
    EXPECT_EQ(seen.message.id, "error.oauth_issuer_mismatch");
  }
  input.secrets = {{"refresh_token", "r3fresh"}};
  FlowRun run = driver.refresh(input);
  run.start();
  const Seen seen = run.replies({json(400, R"({"error":"invalid_grant"})")});
  EXPECT_EQ(seen.message.id, "error.withdrawn");
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_REVOKED);
}

TEST(AuthorizationCode, ScopesFollowFromThePermissionsThatAreNeeded) {
  DeclarativeDriver driver;
  ASSERT_EQ(driver.set_manifest(R"({"auth_methods": [{
      "id": "sign_in", "grant_type": "authorization_code", "renewal": "refresh_token",
      "environments": [{"id": "production"}], "tokens": [{"name": "access"}],
      "grant": {"authorize_url": "https://login.acme.example/a", "token_url": "https://acme.example/t",
                "scope": "openid", "scope_per_permission": true}}],
    "permissions": [{"id": "people", "read": {"scopes": ["people.read", "all"]},
                     "write": {"scopes": ["people.write"]}}]})"),
            PATCHBAY_OK);
  InputSpec input = kPerson;
  input.auth_method = "sign_in";
  input.needed_permissions = {"people:read"};
  FlowRun run = driver.connect(input);
  const Seen seen = run.start();
  EXPECT_NE(seen.redirect_url.find("scope=openid%20people.read&"), std::string::npos)
      << seen.redirect_url;
}

}  // namespace
}  // namespace declarative::tests
