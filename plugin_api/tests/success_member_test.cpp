// A provider that answers 200 whatever happens, separates scopes by commas, and words its refusals
// in codes of its own.
#include <gtest/gtest.h>

#include <array>

#include "only.h"
#include "patchbay/sdk/authorization_code.h"
#include "patchbay/sdk/refresh_token.h"
#include "patchbay/sdk/revocation.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

constexpr TokenEndpoint kTokens = {
    .url = "https://id.toy.test/token", .success_member = "ok", .scope_separator = ','};
constexpr ScopeRow kScopes[] = {{"messages:read", "history"},
                                {"messages:write", "chat:write"},
                                {"channels:read", "channels"},
                                {"members:read", "channels"}};
constexpr RefusalRow kRefusals[] = {
    {"bad_secret", Failure::configuration, "error.client"},
    {"stale_token", Failure::credentials, "error.stale", "", "error.gone"}};
constexpr std::array<std::string_view, 1> kGone = {"token_revoked"};

class Code : public AuthorizationCodeFlow {
 public:
  explicit Code(Input input)
      : AuthorizationCodeFlow(std::move(input), {.endpoint = kTokens,
                                                 .authorize_url = "https://id.toy.test/authorize",
                                                 .scope = "who",
                                                 .scopes = kScopes,
                                                 .refusals = kRefusals}) {}
};
class Renewal : public RefreshTokenFlow {
 public:
  explicit Renewal(Input input)
      : RefreshTokenFlow(std::move(input), {.endpoint = kTokens, .refusals = kRefusals}) {}
};
class Revoke : public RevocationFlow {
 public:
  explicit Revoke(Input input)
      : RevocationFlow(std::move(input),
                       {.endpoint = {.url = "https://id.toy.test/revoke", .success_member = "ok"},
                        .authentication = RevocationAuthentication::bearer,
                        .gone_codes = kGone}) {}
};

InputSpec set_up(std::vector<std::string> needed = {}) {
  return {.setup_fields = {{"client_id", "op"}},
          .setup_secrets = {{"client_secret", "op-secret"}},
          .needed_permissions = std::move(needed),
          .redirect_uri = "https://hub.test/callback"};
}

Seen exchanged(FlowRun& run, const std::string& body) {
  const Seen away = run.start();
  (void)run.redirect({{"code", "the-code"}, {"state", away.redirect_state}});
  return run.replies({{.status = 200, .body = body}});
}

TEST(SuccessMember, ScopesOfTheNeededPermissionsAreAskedForOnce) {
  OnlyDriver<Code> driver;
  FlowRun run = driver.connect(set_up({"members:read", "messages:write", "channels:read"}));
  EXPECT_NE(run.start().redirect_url.find("&scope=who%2Cchat%3Awrite%2Cchannels&"),
            std::string::npos);
  FlowRun none = driver.connect(set_up());
  EXPECT_NE(none.start().redirect_url.find("&scope=who&"), std::string::npos);
}

TEST(SuccessMember, GrantedScopesAreToldWithBlanks) {
  OnlyDriver<Code> driver;
  FlowRun run = driver.connect(set_up());
  const Seen done = exchanged(
      run, R"({"ok":true,"access_token":"T","scope":"who,chat:write","refresh_token":"R"})");
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.tokens.at(0).scopes, "who chat:write");
  FlowRun silent = driver.connect(set_up({"messages:read"}));
  EXPECT_EQ(exchanged(silent, R"({"ok":true,"access_token":"T"})").tokens.at(0).scopes,
            "who history")
      << "those that were asked for";
}

TEST(SuccessMember, WhatDoesNotSayThatItWorkedIsARefusal) {
  struct Row {
    const char* body;
    std::uint32_t failure;
    const char* message;
  };
  const Row rows[] = {
      {R"({"ok":false,"error":"bad_secret"})", PATCHBAY_FAIL_CONFIGURATION, "error.client"},
      {R"({"ok":false,"error":"bad_secret","access_token":"T"})", PATCHBAY_FAIL_CONFIGURATION,
       "error.client"},
      {R"({"ok":false,"error":"invalid_client"})", PATCHBAY_FAIL_CONFIGURATION,
       "error.oauth_client_refused"},
      {R"({"ok":false,"error":"something_else"})", PATCHBAY_FAIL_PROTOCOL, "error.oauth_refused"},
      {R"({"ok":"true","access_token":"T","error":"stale_token"})", PATCHBAY_FAIL_CREDENTIALS,
       "error.stale"},
      {R"({"access_token":"T"})", PATCHBAY_FAIL_PROTOCOL, "error.unexpected_status"},
  };
  OnlyDriver<Code> driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(set_up());
    const Seen failed = exchanged(run, row.body);
    ASSERT_EQ(failed.kind, PATCHBAY_ACTION_FAIL) << row.body;
    EXPECT_EQ(failed.failure, row.failure) << row.body;
    EXPECT_EQ(failed.message.id, row.message) << row.body;
  }
}

TEST(SuccessMember, TheSignInPagesRefusalsAreInTheTableToo) {
  OnlyDriver<Code> driver;
  FlowRun run = driver.connect(set_up());
  const Seen away = run.start();
  const Seen failed = run.redirect({{"error", "bad_secret"}, {"state", away.redirect_state}});
  EXPECT_EQ(failed.message.id, "error.client");
}

TEST(SuccessMember, ARefusedRenewalMeansThatItWasWithdrawn) {
  OnlyDriver<Renewal> driver;
  InputSpec input = set_up();
  input.secrets = {{"refresh_token", "R"}};
  FlowRun run = driver.refresh(input);
  (void)run.start();
  const Seen failed =
      run.replies({{.status = 200, .body = R"({"ok":false,"error":"stale_token"})"}});
  EXPECT_EQ(failed.failure, PATCHBAY_FAIL_REVOKED);
  EXPECT_EQ(failed.message.id, "error.gone");
}

TEST(SuccessMember, ATokenIsRevokedOnlyWhenTheAnswerSaysSo) {
  OnlyDriver<Revoke> driver;
  const auto end = [&driver](const char* body) {
    InputSpec input = set_up();
    input.tokens = {{.name = "access", .value = "T"}};
    FlowRun run = driver.revoke(input);
    (void)run.start();
    return run.replies({{.status = 200, .body = body}}).kind;
  };
  EXPECT_EQ(end(R"({"ok":true,"revoked":true})"), PATCHBAY_ACTION_DONE);
  EXPECT_EQ(end(R"({"ok":false,"error":"token_revoked"})"), PATCHBAY_ACTION_DONE);
  EXPECT_EQ(end(R"({"ok":false,"error":"internal_error"})"), PATCHBAY_ACTION_FAIL);
  EXPECT_EQ(end("{}"), PATCHBAY_ACTION_FAIL);
  EXPECT_EQ(end("<html>"), PATCHBAY_ACTION_FAIL);
}

}  // namespace
