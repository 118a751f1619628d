// The API's side of events that providers send: who may ask for a URL, what senders are told.
#include "served_api_fixture.h"
#include "store/provider_events_table.h"

namespace patchbay::api {
namespace {

using test::parsed;

struct ApiInbound : testing::Test {
  test::ServedHub served;
  std::string key = make_key("accounts actions");

  std::string make_key(const std::string& scopes) {
    auto made = served.hub.loops.block_on(create_api_key(
        served.hub.store(), served.hub.clock, served.hub.random, "prj_1", "test", scopes));
    return std::string(made.value().key.reveal());
  }
  net::Response call(const std::string& method, const std::string& target,
                     const std::string& authorization, const std::string& body = {}) {
    net::Request request;
    request.method = method;
    request.target = target;
    request.id = "req-1";
    request.host = "hub.example";
    EXPECT_TRUE(net::decode_target(target, request));
    request.headers.set("Authorization", authorization);
    if (!body.empty()) request.headers.set("Content-Type", "application/json");
    request.body = SecretString(body);
    auto response = served.hub.loops.block_on(served.router.dispatch(request));
    test::expect_described(method, target, response, body);
    return response;
  }
  net::Response ask(const std::string& method, const std::string& target) {
    return call(method, target, "Bearer " + key);
  }

  struct Url {
    std::string path;
    std::string secret;
  };
  Url make() {
    const auto made = ask("POST", "/accounts/acc_1/inbound_url");
    EXPECT_EQ(made.status, 201U) << made.body;
    EXPECT_TRUE(made.secret);
    const auto answer = parsed(made.body);
    const auto url = answer.root().get("url").string_or("");
    EXPECT_TRUE(url.starts_with("https://hub.example/in/acc_1/")) << url;
    EXPECT_EQ(answer.root().get("secret_header").string_or(""), "Authorization");
    return {url.substr(std::string_view("https://hub.example").size()),
            answer.root().get("secret").string_or("")};
  }
};

TEST_F(ApiInbound, WhatAProviderSendsIsListed) {
  const auto url = make();
  EXPECT_EQ(call("POST", url.path, url.secret, R"({"id":"1","type":"a"})").status, 204U);
  EXPECT_EQ(call("POST", url.path, url.secret, R"({"id":"2","type":"b"})").status, 204U);
  EXPECT_EQ(call("POST", url.path, url.secret, R"({"id":"2","type":"b"})").status, 204U);
  const auto first = parsed(ask("GET", "/accounts/acc_1/provider_events?limit=1").body);
  const auto event = first.root().get("data").at(0);
  EXPECT_EQ(event.get("type").string_or(""), "a");
  EXPECT_EQ(event.get("payload").get("id").string_or(""), "1");
  const auto rest = parsed(ask("GET", "/accounts/acc_1/provider_events?after=" +
                                          std::to_string(event.get("seq").integer_or(0)))
                               .body);
  ASSERT_EQ(rest.root().get("data").size(), 1U);
  EXPECT_EQ(rest.root().get("data").at(0).get("type").string_or(""), "b");
  EXPECT_EQ(ask("GET", "/accounts/acc_1/provider_events?limit=0").status, 400U);
  EXPECT_EQ(ask("GET", "/accounts/acc_9/provider_events").status, 404U);
}

TEST_F(ApiInbound, ASenderIsToldNothingButThatItDoesNotExist) {
  const auto url = make();
  const auto wrong_token = call("POST", "/in/acc_1/" + std::string(43, 'x'), url.secret, "{}");
  EXPECT_EQ(wrong_token.status, 404U);
  for (const auto& [path, secret] :
       {Url{"/in/acc_9" + url.path.substr(9), url.secret}, Url{url.path, "guess"}}) {
    const auto answer = call("POST", path, secret, "{}");
    EXPECT_EQ(answer.status, wrong_token.status);
    EXPECT_EQ(answer.body, wrong_token.body);
  }
  EXPECT_EQ(ask("DELETE", "/accounts/acc_1/inbound_url").status, 204U);
  EXPECT_EQ(call("POST", url.path, url.secret, "{}").body, wrong_token.body);
  EXPECT_EQ(ask("DELETE", "/accounts/acc_1/inbound_url").status, 404U);
}

TEST_F(ApiInbound, WhatWillNeverBeTakenIsNotAskedForAgain) {
  const auto url = make();
  EXPECT_EQ(call("POST", url.path, url.secret, "[]").status, 400U);
  EXPECT_EQ(
      call("POST", url.path, url.secret, R"({"x":")" + std::string(70'000, 'x') + "\"}").status,
      413U);
}

// Providers give up at 4xx, 429 included.
TEST_F(ApiInbound, WhatCanNotBeTakenNowIsAskedForAgain) {
  const auto url = make();
  net::Response last;
  for (int i = 0; i < 201; ++i)
    last = call("POST", url.path, url.secret, R"({"id":)" + std::to_string(i) + "}");
  EXPECT_EQ(last.status, 503U);
  EXPECT_TRUE(last.headers.has("Retry-After"));
  served.hub.clock.advance_ms(60'000);
  served.hub.change([](store::Database& db) { return db.execute("DROP TABLE provider_events"); });
  const auto full = call("POST", url.path, url.secret, R"({"id":"x"})");
  EXPECT_EQ(full.status, 503U);
  EXPECT_TRUE(full.headers.has("Retry-After"));
}

TEST_F(ApiInbound, AProviderThatSendsNothingHasNoUrl) {
  auto bare = std::make_shared<connector::Connector>();
  bare->id = "acme";
  served.connectors.connector = bare;
  const auto refused = ask("POST", "/accounts/acc_1/inbound_url");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(parsed(refused.body).root().get("code").string_or(""), "configuration");
  EXPECT_EQ(ask("POST", "/accounts/acc_9/inbound_url").status, 404U);
}

TEST_F(ApiInbound, AKeyNeedsTheScope) {
  key = make_key("tokens");
  EXPECT_EQ(ask("POST", "/accounts/acc_1/inbound_url").status, 403U);
  EXPECT_EQ(ask("DELETE", "/accounts/acc_1/inbound_url").status, 403U);
  EXPECT_EQ(ask("GET", "/accounts/acc_1/provider_events").status, 403U);
}

}  // namespace
}  // namespace patchbay::api
