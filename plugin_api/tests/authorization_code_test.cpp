#include "patchbay/sdk/authorization_code.h"

#include <gtest/gtest.h>

#include "only.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

class Code : public AuthorizationCodeFlow {
 public:
  explicit Code(Input input)
      : AuthorizationCodeFlow(std::move(input), {.endpoint = {.url = "https://id.toy.test/token"},
                                                 .authorize_url = "https://id.toy.test/authorize",
                                                 .scope = "a:read b:read",
                                                 .issuer = "https://id.toy.test"}) {}
};

InputSpec set_up() {
  return {.setup_fields = {{"client_id", "op"}},
          .setup_secrets = {{"client_secret", "op-secret"}},
          .redirect_uri = "https://hub.test/callback"};
}

std::string parameter(const std::string& url, const std::string& name) {
  const auto at = url.find(name + "=");
  if (at == std::string::npos) return {};
  const auto start = at + name.size() + 1;
  return url.substr(start, url.find('&', start) - start);
}

TEST(AuthorizationCode, SendsThePersonAwayWithStateAndChallenge) {
  OnlyDriver<Code> driver;
  FlowRun run = driver.connect(set_up());
  const Seen seen = run.start();
  ASSERT_EQ(seen.kind, PATCHBAY_ACTION_REDIRECT);
  EXPECT_EQ(seen.redirect_url.find("https://id.toy.test/authorize?response_type=code&client_id=op"
                                   "&redirect_uri=https%3A%2F%2Fhub.test%2Fcallback"
                                   "&scope=a%3Aread%20b%3Aread&state="),
            0U);
  EXPECT_EQ(parameter(seen.redirect_url, "state"), seen.redirect_state);
  EXPECT_EQ(parameter(seen.redirect_url, "code_challenge").size(), 43U);
  EXPECT_EQ(parameter(seen.redirect_url, "code_challenge_method"), "S256");
  EXPECT_NE(seen.redirect_state, parameter(seen.redirect_url, "code_challenge"));
}

TEST(AuthorizationCode, ExchangesTheCodeWithTheVerifierOfTheChallenge) {
  OnlyDriver<Code> driver;
  FlowRun run = driver.connect(set_up());
  const Seen away = run.start();
  const Seen seen = run.redirect({{"code", "the-code"}, {"state", away.redirect_state}});
  ASSERT_EQ(seen.requests.size(), 1U);
  const std::string& body = seen.requests[0].body;
  EXPECT_EQ(body.find("grant_type=authorization_code&code=the-code&redirect_uri="), 0U);
  EXPECT_EQ(parameter(body, "client_secret"), "op-secret");
  EXPECT_EQ(seen.requests[0].flags,
            PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_MINTS | PATCHBAY_REQUEST_CONSUMES);
  Arena arena;
  EXPECT_EQ(pkce_challenge(arena, parameter(body, "code_verifier")),
            parameter(away.redirect_url, "code_challenge"));

  const Seen done = run.replies(
      {{.status = 200, .body = R"({"access_token":"T","expires_in":60,"refresh_token":"R"})"}});
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.tokens.at(0).value, "T");
  EXPECT_EQ(done.tokens.at(0).scopes, "a:read b:read");  // none told: those that were asked for
  EXPECT_EQ(done.secrets, (Pairs{{"refresh_token", "R"}}));
}

class WithoutPkce : public Code {
 public:
  explicit WithoutPkce(Input input) : Code(std::move(input)) { options().pkce = false; }
};

TEST(AuthorizationCode, LeavesPkceOutWhereTheProviderDoesNotKnowIt) {
  OnlyDriver<WithoutPkce> driver;
  FlowRun run = driver.connect(set_up());
  const Seen away = run.start();
  EXPECT_EQ(away.redirect_url.find("code_challenge"), std::string::npos) << away.redirect_url;
  const Seen seen = run.redirect({{"code", "the-code"}, {"state", away.redirect_state}});
  ASSERT_EQ(seen.requests.size(), 1U);
  EXPECT_EQ(seen.requests[0].body.find("code_verifier"), std::string::npos);
}

TEST(AuthorizationCode, RefusesReturnsThatDoNotFit) {
  struct Row {
    Pairs query;  // "STATE" stands for the right one
    const char* id;
    std::uint32_t failure;
  };
  const Row rows[] = {
      {{{"code", "c"}}, "error.oauth_state_mismatch", PATCHBAY_FAIL_PROTOCOL},
      {{{"code", "c"}, {"state", "x"}}, "error.oauth_state_mismatch", PATCHBAY_FAIL_PROTOCOL},
      {{{"state", "STATE"}}, "error.oauth_code_missing", PATCHBAY_FAIL_PROTOCOL},
      {{{"state", "STATE"}, {"code", "c"}, {"iss", "https://evil.test"}},
       "error.oauth_issuer_mismatch",
       PATCHBAY_FAIL_PROTOCOL},
      {{{"state", "STATE"}, {"error", "access_denied"}, {"iss", "https://id.toy.test/"}},
       "error.oauth_issuer_mismatch",
       PATCHBAY_FAIL_PROTOCOL},
      {{{"state", "STATE"}, {"error", "login_required"}},
       "error.oauth_access_denied",
       PATCHBAY_FAIL_CREDENTIALS},
      {{{"state", "STATE"}, {"error", "access_denied"}},
       "error.oauth_access_denied",
       PATCHBAY_FAIL_CREDENTIALS},
      {{{"state", "STATE"}, {"error", "invalid_scope"}},
       "error.oauth_invalid_scope",
       PATCHBAY_FAIL_PERMISSION},
      {{{"state", "STATE"}, {"error", "server_error"}},
       "error.oauth_unavailable",
       PATCHBAY_FAIL_TRANSIENT},
  };
  OnlyDriver<Code> driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect(set_up());
    const Seen away = run.start();
    Pairs query = row.query;
    for (auto& [name, value] : query) {
      if (value == "STATE") value = away.redirect_state;
    }
    const Seen seen = run.redirect(query);
    EXPECT_EQ(seen.message.id, row.id);
    EXPECT_EQ(seen.failure, row.failure) << row.id;
  }
}

class NamesItself : public Code {
 public:
  explicit NamesItself(Input input) : Code(std::move(input)) { options().issuer_required = true; }
};
class OfUnknownIssuer : public Code {
 public:
  explicit OfUnknownIssuer(Input input) : Code(std::move(input)) { options().issuer = {}; }
};

// What the flow makes of an answer with a code and, unless it is empty, this `iss`.
template <class Kind>
std::string answered_by(const std::string& issuer) {
  OnlyDriver<Kind> driver;
  FlowRun run = driver.connect(set_up());
  Pairs query = {{"state", run.start().redirect_state}, {"code", "c"}};
  if (!issuer.empty()) query.emplace_back("iss", issuer);
  const Seen seen = run.redirect(query);
  return seen.requests.empty() ? seen.message.id : "exchanged";
}

TEST(AuthorizationCode, KnowsTheProviderByTheIssuerItNames) {
  constexpr const char* kRefused = "error.oauth_issuer_mismatch";
  EXPECT_EQ(answered_by<Code>("https://id.toy.test"), "exchanged");
  EXPECT_EQ(answered_by<Code>(""), "exchanged");  // it may leave it out

  EXPECT_EQ(answered_by<NamesItself>("https://id.toy.test"), "exchanged");
  EXPECT_EQ(answered_by<NamesItself>(""), kRefused);
  EXPECT_EQ(answered_by<NamesItself>("https://ID.toy.test"), kRefused);

  // Nobody said who it is: at least it is where the person was sent to.
  EXPECT_EQ(answered_by<OfUnknownIssuer>(""), "exchanged");
  EXPECT_EQ(answered_by<OfUnknownIssuer>("https://id.toy.test/realm"), "exchanged");
  EXPECT_EQ(answered_by<OfUnknownIssuer>("https://honest.test"), kRefused);
  EXPECT_EQ(answered_by<OfUnknownIssuer>("https://id.toy.test@honest.test"), kRefused);
  EXPECT_EQ(answered_by<OfUnknownIssuer>("honest"), kRefused);
}

class WithBasic : public AuthorizationCodeFlow {
 public:
  explicit WithBasic(Input input)
      : AuthorizationCodeFlow(std::move(input),
                              {.endpoint = {.url = "https://id.toy.test/token",
                                            .authentication = ClientAuthentication::basic},
                               .authorize_url = "https://id.toy.test/authorize"}) {}
};

TEST(AuthorizationCode, FormEncodesTheClientInsideBasic) {
  OnlyDriver<WithBasic> driver;
  InputSpec input = set_up();
  input.setup_fields = {{"client_id", "a:b c"}};
  input.setup_secrets = {{"client_secret", "100%+\"\u00fc"}};
  FlowRun run = driver.connect(input);
  const Seen seen = run.redirect({{"state", run.start().redirect_state}, {"code", "c"}});
  Arena arena;
  EXPECT_EQ(seen.requests.at(0).header("authorization"),
            std::string("Basic ") +
                std::string(base64(arena, "a%3Ab%20c:100%25%2B%22%C3%BC", Base64::standard)));
}

TEST(AuthorizationCode, BlamesTheOperatorForTheOperatorsClient) {
  OnlyDriver<Code> driver;
  FlowRun unset = driver.connect({.redirect_uri = "https://hub.test/callback"});
  EXPECT_EQ(unset.start().message.id, "error.oauth_client_missing");

  FlowRun run = driver.connect(set_up());
  const Seen away = run.start();
  run.redirect({{"code", "the-code"}, {"state", away.redirect_state}});
  const Seen seen = run.replies({{.status = 401, .body = R"({"error":"invalid_client"})"}});
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CONFIGURATION);
  EXPECT_EQ(seen.message.id, "error.oauth_client_refused");
}

TEST(AuthorizationCode, GivesUpBothTokensWhenCancelledWithTheAnswerUnderWay) {
  OnlyDriver<Code> driver;
  FlowRun run = driver.connect(set_up());
  const Seen away = run.start();
  run.redirect({{"code", "the-code"}, {"state", away.redirect_state}});
  const Seen seen =
      run.cancel({{.status = 200, .body = R"({"access_token":"T","refresh_token":"R"})"}});
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CANCELLED);
  ASSERT_EQ(seen.tokens.size(), 2U);
  EXPECT_EQ(seen.tokens[1].type, "refresh_token");
}

TEST(AuthorizationCode, IsReplayedToTheSameBytes) {
  std::string last;
  for (int i = 0; i < 2; ++i) {
    OnlyDriver<Code> driver;
    FlowRun run = driver.connect(set_up());
    const Seen away = run.start();
    const std::string text =
        away.dump() + run.redirect({{"code", "c"}, {"state", away.redirect_state}}).dump();
    if (i > 0) {
      EXPECT_EQ(text, last);
    }
    last = text;
  }
}

}  // namespace
