#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

using RateLimits = PersonioTest;

TEST_F(RateLimits, V2TokensAreThrottledToOneASecondAfterTheMinutesShare) {
  personio.set_options([](Options& options) { options.v2_token_per_minute = 3; });
  const Fields fields = form(personio.default_integration());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask_v2_token(fields).status, 200);
  const Reply refused = ask_v2_token(fields);
  EXPECT_EQ(refused.status, 429);
  EXPECT_FALSE(refused.headers.has("Retry-After"));
  advance(1);
  EXPECT_EQ(ask_v2_token(fields).status, 200);
  EXPECT_EQ(ask_v2_token(fields).status, 429);
  EXPECT_EQ(ask_v2_token(form(personio.integrations()[1])).status, 200) << "another client";
  advance(60);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask_v2_token(fields).status, 200);
}

TEST_F(RateLimits, TokenWindowMayBeSharedByAllClients) {
  personio.set_options([](Options& options) {
    options.v2_token_per_minute = 1;
    options.token_limits_shared = true;
  });
  EXPECT_EQ(ask_v2_token(form(personio.integrations()[0])).status, 200);
  EXPECT_EQ(ask_v2_token(form(personio.integrations()[1])).status, 429);
}

TEST_F(RateLimits, V1AuthCoolsDownForAMinute) {
  personio.set_options([](Options& options) { options.v1_auth_per_minute = 2; });
  const Integration integration = personio.default_integration();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ask_v1_token(integration).status, 200);
  EXPECT_EQ(ask_v1_token(integration).status, 429);
  advance(59);
  EXPECT_EQ(ask_v1_token(integration).status, 429);
  advance(1);
  EXPECT_EQ(ask_v1_token(integration).status, 200);
}

TEST_F(RateLimits, DocumentedNumbersHoldByDefault) {
  const Fields fields = form(personio.default_integration());
  for (int i = 0; i < 150; ++i) ASSERT_EQ(ask_v2_token(fields).status, 200) << i;
  EXPECT_EQ(ask_v2_token(fields).status, 429);
}

TEST_F(RateLimits, PersonsHaveABucketAndShowItInTheHeaders) {
  const Headers headers = bearer(v2_token());
  const Reply first = client->get("/v2/persons?limit=1", headers);
  EXPECT_EQ(first.headers.find("x-ratelimit-replenish-rate"), "30");
  EXPECT_EQ(first.headers.find("x-ratelimit-burst-capacity"), "30");
  EXPECT_EQ(first.headers.find("x-ratelimit-requested-tokens"), "1");
  EXPECT_EQ(first.headers.find("x-ratelimit-remaining"), "29");
  for (int i = 0; i < 29; ++i) client->get("/v2/persons?limit=1", headers);
  const Reply refused = client->get("/v2/persons?limit=1", headers);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.find("x-ratelimit-remaining"), "0");
  EXPECT_EQ(client->get("/v2/persons/" + std::to_string(personio.person_id(0)), headers).status,
            200)
      << "each endpoint has its own bucket";
  advance(1);
  EXPECT_EQ(client->get("/v2/persons?limit=1", headers).status, 200);
}

TEST_F(RateLimits, RetryAfterComesWhenChosen) {
  personio.set_options([](Options& options) {
    options.retry_after = true;
    options.v2_token_per_minute = 0;
  });
  EXPECT_TRUE(ask_v2_token(form(personio.default_integration())).headers.has("Retry-After"));
}

TEST_F(RateLimits, V1EmployeesTakeFifteenASecond) {
  const Headers headers = bearer(v1_token());
  for (int i = 0; i < 15; ++i) {
    EXPECT_EQ(client->get("/v1/company/employees?limit=1", headers).status, 200);
  }
  EXPECT_EQ(client->get("/v1/company/employees?limit=1", headers).status, 429);
  advance(1);
  EXPECT_EQ(client->get("/v1/company/employees?limit=1", headers).status, 200);
}

TEST_F(RateLimits, CanBeSwitchedOff) {
  personio.set_options([](Options& options) {
    options.v2_token_per_minute = 0;
    options.rate_limits = false;
  });
  EXPECT_EQ(ask_v2_token(form(personio.default_integration())).status, 200);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
