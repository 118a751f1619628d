// POST /unified/proxy: what goes to the provider, and what comes back in which shape.
#include "api_test_support.h"

namespace patchbay::api {
namespace {

using test::ApiTest;
using test::parsed;

struct ApiProxy : ApiTest {
  net::Response proxy(const std::string& body,
                      const HeaderList& headers = {{"x-account-id", "acc_1"}}) {
    return call("POST", "/unified/proxy", body, headers);
  }
  [[nodiscard]] const net::ClientRequest& last() const { return hub.provider.requests.back(); }
};

TEST_F(ApiProxy, SendsTheRequestWithTheAccountsCredential) {
  auto& answer = hub.provider.answer(200, R"({"id":7})");
  answer.headers.add("X-Rate", "a");
  answer.headers.add("x-rate", "b");
  answer.headers.add("Set-Cookie", "session=1");
  const auto response = proxy(R"({"path":"/v1/teams?limit=2","headers":{"X-Extra":"1"}})");
  ASSERT_EQ(response.status, 200U) << response.body;
  const auto body = parsed(response.body);
  EXPECT_EQ(body.root().get("status").as_integer(), 200);
  EXPECT_EQ(body.root().get("data").get("id").as_integer(), 7);
  EXPECT_EQ(body.root().get("headers").get("X-Rate").as_string(), "a, b");
  EXPECT_FALSE(body.root().get("headers").get("Set-Cookie").exists());
  EXPECT_EQ(body.root().get("provider_errors").size(), 0U);
  EXPECT_EQ(last().url, "https://api.acme.example/v1/teams?limit=2");
  EXPECT_EQ(last().method, "GET");
  EXPECT_EQ(last().headers.get("Authorization"), "Bearer token-1");
  EXPECT_EQ(last().headers.get("X-Extra"), "1");
  EXPECT_EQ(last().allowed_hosts, std::vector<std::string>{"api.acme.example"});
  ASSERT_FALSE(audit.events.empty());
  EXPECT_EQ(audit.events.back().kind, "proxy.called");
  EXPECT_EQ(audit.events.back().subject, "GET /v1/teams");
}

TEST_F(ApiProxy, GivesEveryAnswerInAShapeThatStrictClientsTake) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([{"a":1}])", R"([{"a":1}])"},
      {"[1,2]", R"({"value":[1,2]})"},
      {R"("text")", R"("text")"},
      {"true", "true"},
      {"plain words", R"("plain words")"}};
  for (const auto& [from, to] : cases) {
    hub.provider.answer(200, from);
    const auto response = proxy(R"({"path":"/v1/teams"})");
    EXPECT_EQ(parsed(response.body).root().get("data").dump(), to);
  }
  for (const char* nothing : {"", "null"}) {
    hub.provider.answer(204, nothing);
    EXPECT_FALSE(parsed(proxy(R"({"path":"/v1/teams"})").body).root().get("data").exists());
  }
  hub.provider.answer(200, std::string_view("\x00\xff", 2), "application/pdf");
  const auto binary = parsed(proxy(R"({"path":"/v1/file"})").body);
  EXPECT_EQ(binary.root().get("data").as_string(), "AP8=");
  EXPECT_EQ(binary.root().get("data_encoding").as_string(), "base64");
}

TEST_F(ApiProxy, PassesTheProvidersRefusalsOnAndHidesTheCredential) {
  hub.provider.answer(404, R"({"error":"no token-1 here"})");
  const auto response = proxy(R"({"path":"/v1/teams/9"})");
  EXPECT_EQ(response.status, 200U);
  const auto body = parsed(response.body);
  EXPECT_EQ(body.root().get("status").as_integer(), 404);
  EXPECT_EQ(body.root().get("data").get("error").as_string(), "no [redacted] here");
  EXPECT_EQ(body.root().pointer("/provider_errors/0/status").as_integer(), 404);
}

TEST_F(ApiProxy, TriesAgainWithAFreshTokenAfterA401) {
  hub.provider.answer(401, "{}");
  hub.provider.answer(200, "{}");
  EXPECT_EQ(proxy(R"({"path":"/v1/teams"})").status, 200U);
  EXPECT_EQ(hub.tokens.refusals, std::vector<std::string>{"token-1"});
  EXPECT_EQ(last().headers.get("Authorization"), "Bearer token-2");
}

TEST_F(ApiProxy, SendsBodiesAsJsonOrAsTheCallerSays) {
  hub.change([&](store::Database& db) {
    auto integration = hub.integration;
    integration.allowed_actions = R"(["raw_writes"])";
    return store::integrations_table::update(db, integration);
  });
  hub.provider.answer(201, "{}");
  proxy(R"({"method":"post","path":"/v1/teams","body":{"name":"x"}})");
  EXPECT_EQ(last().method, "POST");
  EXPECT_EQ(last().body.reveal(), R"({"name":"x"})");
  EXPECT_EQ(last().headers.get("Content-Type"), "application/json");
  hub.provider.answer(201, "{}");
  proxy(
      R"({"method":"put","path":"/v1/teams/1","body":"a=1&b=2","headers":{"content-type":"application/x-www-form-urlencoded"}})");
  EXPECT_EQ(last().body.reveal(), "a=1&b=2");
  EXPECT_EQ(last().headers.get("Content-Type"), "application/x-www-form-urlencoded");
}

TEST_F(ApiProxy, RefusesWhatIsNotTheCallersToSet) {
  const auto code = [&](const std::string& body) {
    return parsed(proxy(body).body).root().get("code").string_or("");
  };
  for (const char* header : {"Authorization", "host", "Cookie", "Content-Length", "Connection",
                             "Proxy-Authorization", "X y", ""})
    EXPECT_EQ(code(R"({"path":"/v1/teams","headers":{")" + std::string(header) + R"(":"x"}})"),
              "invalid_argument")
        << header;
  EXPECT_EQ(code(R"({"path":"/v1/teams","headers":{"X-A":"a\r\nB: c"}})"), "invalid_argument");
  EXPECT_EQ(code(R"({"path":"/v1/teams","headers":{"X-A":1}})"), "invalid_argument");
  EXPECT_EQ(code(R"({"path":7})"), "invalid_input");
  EXPECT_EQ(code(R"({"method":"delete","path":"/v1/teams"})"), "action_not_allowed");
  EXPECT_EQ(code(R"({"url":"https://evil.example","path":"/"})"), "invalid_argument");
  EXPECT_EQ(proxy(R"({"path":"/v1/teams"})", {}).status, 400U);
  EXPECT_EQ(proxy(R"({"path":"/v1/teams"})", {{"x-account-id", "acc_none"}}).status, 404U);
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(ApiProxy, NeedsTheAuditLog) {
  audit.failure = make_error(ErrorCode::kStorage, "full");
  EXPECT_EQ(proxy(R"({"path":"/v1/teams"})").status, 503U);
  EXPECT_TRUE(hub.provider.requests.empty());
}

}  // namespace
}  // namespace patchbay::api
