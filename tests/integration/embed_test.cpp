// What the embeddable connect component is told, and what nobody else is: the Hub protocol over a
// whole hub. The published component itself runs in tests/browser/component.test.mjs.
#include "embed/embed.h"

#include "base/json.h"
#include "hub_fixture.h"
#include "support/api_description.h"

namespace patchbay::integration {
namespace {

constexpr const char* kApplication = "https://app.example.com";

class EmbedTest : public HubTest {
 protected:
  EmbedTest() {
    open_hub();
    auto origins = net::Origins::parse({kApplication});
    component.emplace(embed::Options{
        .accounts = hub->accounts(), .services = hub->services(), .origins = *std::move(origins)});
    component->add_routes(router);
  }
  ~EmbedTest() override { close_hub(); }

  std::string session(accounts::SessionRequest request) {
    auto made = wait(hub->accounts().create_session(std::move(request)));
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::string(made->token.reveal()) : std::string();
  }
  std::string session(const std::string& owner = "acme") { return session(session_request(owner)); }
  std::string session_to_edit(const std::string& account_id) {
    auto request = session_request("acme");
    request.account_id = account_id;
    return session(std::move(request));
  }

  struct Asked {
    std::string method;
    std::string target;
    std::string token;
    std::string body{};
    std::string origin = kApplication;
    std::string language = "en";
  };
  net::Response ask(const Asked& asked) {
    net::Request request;
    request.method = asked.method;
    request.target = asked.target;
    request.id = "req-1";
    request.host = "hub.example:8080";
    EXPECT_TRUE(net::decode_target(asked.target, request));
    if (!asked.token.empty()) request.headers.set("x-hub-session-token", asked.token);
    if (!asked.origin.empty()) request.headers.set("Origin", asked.origin);
    request.headers.set("Accept-Language", asked.language);
    if (!asked.body.empty()) {
      request.headers.set("Content-Type", "application/json");
      request.body = SecretString(asked.body);
    }
    auto response = wait(router.dispatch(request));
    test::expect_described(asked.method, asked.target, response, asked.body);
    return response;
  }

  // What the server says in place of a route: nothing there, another method, too much, a fault.
  net::Response error(const std::string& path, unsigned status) {
    net::Request request;
    request.path = path;
    request.host = "hub.example:8080";
    request.headers.set("Origin", kApplication);
    net::Response response(status);
    component->let_pages_read(request, response);
    return response;
  }

  static json::Document parsed(const net::Response& response) {
    auto document = json::Document::parse(response.body);
    if (!document) throw std::runtime_error("not JSON: " + response.body);
    return *std::move(document);
  }
  static std::string message_of(const net::Response& response) {
    return parsed(response).root().get("message").string_or("");
  }

  std::string integration_id(const std::string& token) {
    const auto list = ask({"GET", "/hub/connectors", token});
    return parsed(list).root().get("integrations").at(0).get("integration_id").string_or("");
  }
  std::string body(const std::string& token, const Credentials& who) {
    return R"({"integration_id":")" + integration_id(token) + R"(","credentials":{"client_id":")" +
           who.client_id + R"(","client_secret":")" + who.client_secret + R"("}})";
  }
  std::string body_without_secret(const std::string& token, const std::string& client_id) {
    return R"({"integration_id":")" + integration_id(token) + R"(","credentials":{"client_id":")" +
           client_id + R"("}})";
  }

  // As the component needs every error: a status it does not take for success, a text, CORS.
  void expect_failure(const net::Response& response, unsigned status) {
    EXPECT_EQ(response.status, status) << response.body;
    const auto document = parsed(response);
    EXPECT_EQ(document.root().get("statusCode").as_integer(), status);
    EXPECT_TRUE(document.root().get("message").is_string());
    EXPECT_TRUE(document.root().get("timestamp").is_string());
    EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), kApplication);
  }

  net::Router router;
  std::optional<embed::Embed> component;
};

TEST_F(EmbedTest, LetsPagesReadErrorsThatNoRouteGives) {
  for (const unsigned status : {404U, 405U, 413U, 500U}) {
    const auto given = error("/hub/nothing", status);
    EXPECT_EQ(given.headers.get("Access-Control-Allow-Origin"), kApplication) << status;
    EXPECT_FALSE(error("/accounts", status).headers.has("Access-Control-Allow-Origin"));
  }
}

TEST_F(EmbedTest, ListsWhatTheSessionMayLinkAndDescribesItsForm) {
  const auto token = session();
  const auto list = ask({"GET", "/hub/connectors", token});
  EXPECT_EQ(list.status, 200U);
  const auto listed = parsed(list);
  ASSERT_EQ(listed.root().get("integrations").size(), 1U);
  const auto entry = listed.root().get("integrations").at(0);
  EXPECT_EQ(entry.get("provider").string_or(""), "personio");
  EXPECT_EQ(entry.get("type").string_or(""), "hris");
  EXPECT_EQ(entry.get("active").as_bool(), true);
  EXPECT_TRUE(entry.get("logo_url").string_or("").starts_with("data:image/"));

  const auto form = ask({"GET", "/hub/connectors/" + integration_id(token), token});
  const auto described = parsed(form);
  const auto config = described.root().get("config");
  EXPECT_EQ(config.get("grantType").string_or(""), "client_credentials");
  EXPECT_FALSE(config.get("authentication").exists()) << "it would hide the fields";
  const auto fields = config.get("configFields");
  ASSERT_EQ(fields.size(), 4U);
  EXPECT_EQ(fields.at(0).get("key").string_or(""), "client_id");
  EXPECT_EQ(fields.at(0).get("secret").as_bool(), false);
  EXPECT_EQ(fields.at(1).get("type").string_or(""), "password");
  EXPECT_FALSE(fields.at(1).get("value").exists()) << "null would crash the component";
  EXPECT_EQ(fields.at(3).get("key").string_or(""), "recruiting_key");
  EXPECT_EQ(fields.at(3).get("required").as_bool(), false);
}

TEST_F(EmbedTest, SpeaksTheLanguageOfTheVisitor) {
  const auto token = session();
  const auto id = integration_id(token);
  const auto german =
      ask({.method = "GET", .target = "/hub/connectors/" + id, .token = token, .language = "de"});
  const auto english = ask({"GET", "/hub/connectors/" + id, token});
  EXPECT_NE(german.body, english.body);
  const auto failed = ask({.method = "POST",
                           .target = "/hub/accounts",
                           .token = token,
                           .body = R"({"integration_id":")" + id + R"(","credentials":{}})",
                           .language = "de"});
  EXPECT_NE(message_of(failed).find("Client-ID"), std::string::npos) << failed.body;
}

TEST_F(EmbedTest, LinksOnceAndTheLinkIsOver) {
  const auto token = session();
  const auto request = body(token, personio.default_integration());
  const auto linked = ask({"POST", "/hub/accounts", token, request});
  EXPECT_EQ(linked.status, 201U) << linked.body;
  const auto id = parsed(linked).root().get("id").string_or("");
  EXPECT_EQ(account(id).owner_id, "acme");
  expect_failure(ask({"POST", "/hub/accounts", token, request}), 410);
  expect_failure(ask({"GET", "/hub/connectors", token}), 410);
  EXPECT_EQ(rows_in("accounts"), 1);
}

TEST_F(EmbedTest, TwoPostsAtOnceLinkOneAccount) {
  const auto token = session();
  const auto request = body(token, personio.default_integration());
  const auto post = [&] { return ask({"POST", "/hub/accounts", token, request}).status; };
  auto one = std::async(std::launch::async, post);
  auto other = std::async(std::launch::async, post);
  const std::multiset<unsigned> statuses{one.get(), other.get()};
  EXPECT_EQ(statuses.count(201), 1U);
  EXPECT_EQ(rows_in("accounts"), 1);
  EXPECT_TRUE(revocations_done());
}

TEST_F(EmbedTest, RefusedCredentialsAreNever401And403) {
  const auto token = session();
  const auto right = personio.default_integration();
  const auto refused =
      ask({"POST", "/hub/accounts", token, body(token, {right.client_id, "papi-wrong"})});
  expect_failure(refused, 422);
  EXPECT_NE(message_of(refused).find("Client Secret"), std::string::npos) << refused.body;
  EXPECT_EQ(refused.body.find("papi-wrong"), std::string::npos);
  EXPECT_TRUE(parsed(refused).root().get("provider_response").is_string());
  expect_nothing_stored();
}

TEST_F(EmbedTest, WhatIsNoFormIsRefusedByName) {
  const auto token = session();
  const auto id = integration_id(token);
  const auto post = [&](const std::string& text) {
    return ask({"POST", "/hub/accounts", token, text});
  };
  expect_failure(post("[]"), 400);
  expect_failure(post("{"), 400);
  expect_failure(post(R"({"credentials":{}})"), 400);
  expect_failure(post(R"({"integration_id":"int_none","credentials":{}})"), 404);
  expect_failure(post(R"({"integration_id":")" + id + R"(","credentials":{"client_id":7}})"), 400);
  expect_failure(post(R"({"integration_id":")" + id + R"(","credentials":{"other":"x"}})"), 400);
  std::string many;
  for (int i = 0; i < 101; ++i) many += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":\"\"";
  expect_failure(post(R"({"integration_id":")" + id + R"(","credentials":{)" + many + "}}"), 400);
  expect_nothing_stored();
}

TEST_F(EmbedTest, ASessionThatIsMissingUnknownOrExpiredSaysSo) {
  expect_failure(ask({"GET", "/hub/settings", ""}), 400);
  expect_failure(ask({"GET", "/hub/settings", "nonsense"}), 404);
  expect_failure(ask({"GET", "/hub/settings", std::string(300, 'x')}), 400);
  const auto token = session();
  sql("UPDATE connect_sessions SET expires = 1");
  const auto expired = ask({"GET", "/hub/connectors", token});
  expect_failure(expired, 410);
  EXPECT_NE(message_of(expired).find("expired"), std::string::npos);
}

TEST_F(EmbedTest, AnEditedAccountShowsMasksAndKeepsWhatIsLeftUntouched) {
  const auto was = linked();
  const auto token = session_to_edit(was.id);
  const auto settings = parsed(ask({"GET", "/hub/settings", token}));
  EXPECT_EQ(settings.root().get("existing_account_id").string_or(""), was.id);
  const auto read = ask({"GET", "/hub/accounts/" + was.id, token});
  const auto shown = parsed(read);
  const auto right = personio.default_integration();
  EXPECT_EQ(shown.root().get("setupInformation").get("client_id").string_or(""), right.client_id);
  EXPECT_TRUE(shown.root()
                  .get("secrets")
                  .get("client_secret")
                  .string_or("")
                  .starts_with("__secretvalue:**redacted**"));
  EXPECT_EQ(read.body.find(right.client_secret), std::string::npos);

  const auto kept =
      ask({"PATCH", "/hub/accounts/" + was.id, token, body_without_secret(token, right.client_id)});
  EXPECT_EQ(kept.status, 200U) << kept.body;
  EXPECT_GT(account(was.id).generation, was.generation);
  EXPECT_TRUE(refresh(was.id)) << "the secret is no longer there";
}

TEST_F(EmbedTest, AnEditThatFailsLeavesTheAccountAsItWas) {
  const auto was = linked();
  const auto token = session_to_edit(was.id);
  const auto failed = ask({"PATCH", "/hub/accounts/" + was.id, token,
                           body(token, {personio.default_integration().client_id, "papi-no"})});
  expect_failure(failed, 422);
  EXPECT_EQ(account(was.id).generation, was.generation);
  EXPECT_TRUE(refresh(was.id));
}

TEST_F(EmbedTest, NobodyElsesAccountIsFound) {
  const auto mine = linked();
  const auto stranger = session("somebody-else");
  for (const auto* id : {mine.id.c_str(), "acc_none"}) {
    expect_failure(ask({"GET", std::string("/hub/accounts/") + id, stranger}), 404);
    expect_failure(ask({"PATCH", std::string("/hub/accounts/") + id, stranger,
                        body_without_secret(stranger, "x")}),
                   404);
  }
  // A session for one account opens no other of the same owner.
  auto request = session_request("acme");
  request.multiple = true;
  const auto other =
      wait(hub->accounts().link(link_request(personio.default_integration(), std::move(request))));
  ASSERT_TRUE(other.account);
  expect_failure(ask({"GET", "/hub/accounts/" + mine.id, session_to_edit(other.account->id)}), 404);
  EXPECT_EQ(ask({"GET", "/hub/accounts/" + mine.id, session()}).status, 200U)
      << "the owner's own, by id";
}

TEST_F(EmbedTest, ASessionForOneProviderOffersNoOther) {
  auto request = session_request("acme");
  request.connector_id = "personio";
  EXPECT_FALSE(integration_id(session(request)).empty());
  const auto token = session(request);
  sql("UPDATE connect_sessions SET connector_id = 'other'");
  const auto list = ask({"GET", "/hub/connectors", token});
  expect_failure(list, 502);
  sql("UPDATE connect_sessions SET connector_id = '', categories = '[\"crm\"]'");
  EXPECT_EQ(parsed(ask({"GET", "/hub/connectors", token})).root().get("integrations").size(), 0U);
}

TEST_F(EmbedTest, PreflightsAreAnsweredForOriginsThatWereNamed) {
  const auto allowed = ask({"OPTIONS", "/hub/accounts/acc_1", ""});
  EXPECT_EQ(allowed.status, 204U);
  EXPECT_EQ(allowed.headers.get("Access-Control-Allow-Origin"), kApplication);
  EXPECT_NE(allowed.headers.get("Access-Control-Allow-Headers")->find("x-hub-session-token"),
            std::string::npos);
  EXPECT_FALSE(allowed.headers.has("Access-Control-Allow-Credentials"));
  const auto ask_from = [&](const std::string& origin, const char* method = "OPTIONS") {
    return ask({.method = method, .target = "/hub/settings", .token = session(), .origin = origin});
  };
  EXPECT_EQ(ask_from("https://hub.example:8080").status, 204U) << "our own pages";
  for (const auto* origin :
       {"https://app.example.com.evil.example", "https://evil.example", "http://app.example.com",
        "https://app.example.com:8443", "null", "https://hub.example:9090"}) {
    EXPECT_EQ(ask_from(origin).status, 403U) << origin;
    const auto refused = ask_from(origin, "GET");
    EXPECT_EQ(refused.status, 400U) << origin;
    EXPECT_FALSE(refused.headers.has("Access-Control-Allow-Origin")) << origin;
  }
  EXPECT_EQ(ask_from("", "GET").status, 200U) << "a program";
}

}  // namespace
}  // namespace patchbay::integration
