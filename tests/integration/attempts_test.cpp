// Links through the connect component's window, where people sign in at the provider: a provider
// with a real consent page, a whole hub with its pages, the attempt as the component polls it. The
// published component itself walks this way in tests/browser/window.test.mjs.
#include "accounts/integration_setup.h"
#include "base/json.h"
#include "embed/embed.h"
#include "hub_fixture.h"
#include "net/cookies.h"
#include "patchbay/sandbox/text.h"
#include "sandbox_program.h"
#include "stderr_capture.h"
#include "support/api_description.h"
#include "web/pages.h"

namespace patchbay::integration {
namespace {

constexpr const char* kApplication = "https://app.example.com";
constexpr const char* kProvider = "https://api.acme.example/oauth/authorize?";
constexpr const char* kWindow = "/connect/window";
constexpr const char* kRedirectUri =
    "https%3A%2F%2Fapp.example.com%2Fembedded%2Faccounts%2Fcallback";

class AttemptsTest : public HubTest {
 protected:
  AttemptsTest() {
    drop("acme.so", PATCHBAY_BUILD_DIR "/acme/acme.so");
    net::EgressRules rules;
    EXPECT_TRUE(cli::add_sandbox(acme.ready_file(), rules));
    overrides = rules.overrides;
    begin();
    set_up();
  }
  ~AttemptsTest() override { end(); }

  void begin() {
    open_hub();
    auto origins = net::Origins::parse({kApplication});
    router.emplace();
    component.emplace(embed::Options{
        .accounts = hub->accounts(), .services = hub->services(), .origins = *origins});
    component->add_routes(*router);
    api.emplace(api::Options{.hub_url = [] { return std::string(); },
                             .accounts = hub->accounts(),
                             .services = hub->services(),
                             .keeper = hub->keeper(),
                             .audit = hub->audit()});
    pages.emplace(web::Options{.accounts = hub->accounts(),
                               .services = hub->services(),
                               .api = *api,
                               .registry = hub->registry(),
                               .store = hub->store(),
                               .clock = hub->clock(),
                               .random = hub->random(),
                               .embed_origins = *std::move(origins)});
    pages->add_routes(*router);
  }
  void end() {
    if (hub) hub->stop(std::chrono::milliseconds(0));  // what runs on its loops uses all of these
    pages.reset();
    api.reset();
    component.reset();
    router.reset();
    close_hub();
  }
  void restart() {
    end();
    begin();
    ASSERT_TRUE(wait_until([&] { return hub->registry().find("acme") != nullptr; }));
  }

  void set_up() {
    store::ConnectSession session;
    session.project_id = hub->project_id();
    auto integration =
        wait(hub->accounts().linker().integration_for(session, *hub->registry().find("acme")));
    ASSERT_TRUE(integration) << integration.error().message;
    integration_id = integration->id;
    accounts::FormInput form;
    form.values.push_back({"client_id", acme.credential("client_id")});
    form.secrets.push_back({"client_secret", SecretString(acme.credential("client_secret"))});
    ASSERT_TRUE(wait(accounts::save_setup(hub->services(), *std::move(integration), std::move(form),
                                          {.actor = "test"})));
  }
  std::string session(const std::string& owner = "acme") {
    auto made = wait(hub->accounts().create_session(session_request(owner)));
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::string(made->token.reveal()) : std::string();
  }

  net::Response dispatch(const std::string& method, const std::string& target,
                         const std::map<std::string, std::string>& headers,
                         const std::string& body = {}) {
    net::Request request;
    request.method = method;
    request.target = target;
    request.id = "req-1";
    request.host = "localhost:8080";
    EXPECT_TRUE(net::decode_target(target, request));
    for (const auto& [name, value] : headers) request.headers.set(name, value);
    request.body = SecretString(body);
    return wait(router->dispatch(request));
  }

  // ---- the component's part ----

  net::Response component_asks(const std::string& method, const std::string& target,
                               const std::string& token, const std::string& body = {}) {
    auto response = dispatch(method, target,
                             {{"x-hub-session-token", token},
                              {"Origin", kApplication},
                              {"Content-Type", "application/json"}},
                             body);
    test::expect_described(method, target, response, body);
    EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), kApplication);
    return response;
  }
  net::Response make(const std::string& token) {
    return component_asks("POST", "/hub/connection_attempts", token,
                          R"({"token":")" + token + "\"}");
  }
  std::string made(const std::string& token) {
    const auto response = make(token);
    EXPECT_EQ(response.status, 201U) << response.body;
    const auto document = json::Document::parse(response.body);
    return document ? document->root().get("id").string_or("") : std::string();
  }
  static std::string path_of(const std::string& id) { return "/hub/connection_attempts/" + id; }
  // The status; what comes with it is kept in description and linked_account.
  std::string look(const std::string& token, const std::string& id) {
    const auto response = component_asks("GET", path_of(id), token);
    EXPECT_EQ(response.status, 200U) << response.body;
    const auto document = json::Document::parse(response.body);
    if (!document) return {};
    const auto root = document->root();
    description = root.get("error").get("description").string_or("");
    linked_account = root.get("account").get("id").string_or("");
    return root.get("status").string_or("");
  }
  bool comes_to(const std::string& token, const std::string& id, const std::string& status) {
    const bool came = wait_until([&] { return look(token, id) == status; });
    EXPECT_TRUE(came) << look(token, id) << ", not " << status;
    return came;
  }

  // ---- the window's part ----

  net::Response open_window(const std::string& token, const std::string& id,
                            const std::string& more = "&company=Nordwind",
                            const std::string& referer = std::string(kApplication) + "/") {
    std::map<std::string, std::string> headers;
    if (!referer.empty()) headers["Referer"] = referer;
    return dispatch("GET",
                    "/connect/oauth2/" + integration_id + "?redirect_uri=" + kRedirectUri +
                        "&token=" + token + "&connection_attempt_id=" + id + more,
                    headers);
  }
  net::Response visit(const std::string& target, const std::string& token) {
    return dispatch("GET", target, {{"Cookie", "__Host-patchbay-connect=" + token}});
  }
  static std::string location(const net::Response& response) {
    EXPECT_EQ(response.status, 303U) << response.body;
    return std::string(response.headers.get("Location").value_or(""));
  }
  // The window as far as the provider's page, its address.
  std::string sent_away(const std::string& token, const std::string& id) {
    EXPECT_EQ(location(open_window(token, id)), kWindow);
    auto address = location(visit(kWindow, token));
    EXPECT_TRUE(address.starts_with(kProvider)) << address;
    EXPECT_EQ(look(token, id), "pending");
    return address;
  }
  // What the provider answers to the person's decision, as our return address gets it.
  std::string decide(const std::string& address, const std::string& decision = "allow") {
    auto form = sandbox::parse_form(address.substr(address.find('?') + 1));
    form->add("decision", decision);
    const auto reply = acme.client("api.acme.example")->post_form("/oauth/authorize", *form);
    EXPECT_EQ(reply.status, 302) << reply.body;
    const auto back = reply.headers.find("location").value_or("");
    const std::string ours = "http://localhost:8080";
    EXPECT_TRUE(back.starts_with(ours + "/connect/return?")) << back;
    return std::string(back.substr(ours.size()));
  }
  void come_back(const std::string& target, const std::string& token) {
    EXPECT_EQ(location(visit(target, token)), kWindow);
  }

  SandboxProgram acme{PATCHBAY_BUILD_DIR "/bin/acme-sandbox", folder / "acme"};
  std::string integration_id;
  std::string description;
  std::string linked_account;
  std::optional<net::Router> router;
  std::optional<embed::Embed> component;
  std::optional<api::Api> api;
  std::optional<web::Pages> pages;
};

TEST_F(AttemptsTest, APersonSignsInAndTheComponentGetsTheAccount) {
  const auto token = session();
  const auto id = made(token);
  EXPECT_EQ(look(token, id), "pending");
  come_back(decide(sent_away(token, id)), token);
  ASSERT_TRUE(comes_to(token, id, "authenticated"));
  const auto linked = account(linked_account);
  EXPECT_EQ(linked.owner_id, "acme");
  EXPECT_EQ(linked.integration_id, integration_id);
  EXPECT_NE(linked.fields.find("Nordwind"), std::string::npos);
  const auto page = visit(kWindow, token);
  EXPECT_NE(page.body.find("data-close-window"), std::string::npos);
  EXPECT_EQ(make(token).status, 410U) << "the session is used";
}

TEST_F(AttemptsTest, TheFormTellsTheComponentWhoSignsInElsewhere) {
  const auto token = session();
  const auto form = [&](const std::string& id) {
    return component_asks("GET", "/hub/connectors/" + id, token).body;
  };
  const auto acme_form = form(integration_id);
  EXPECT_NE(acme_form.find(R"("type":"oauth2","grantType":"authorization_code")"),
            std::string::npos);
  EXPECT_NE(acme_form.find(R"("key":"company")"), std::string::npos);
  EXPECT_EQ(acme_form.find(R"("key":"note")"), std::string::npos)
      << "the component would put it into an address";
  const auto posted = component_asks(
      "POST", "/hub/accounts", token,
      R"({"integration_id":")" + integration_id + R"(","credentials":{"company":"x"}})");
  EXPECT_EQ(posted.status, 400U) << posted.body;
}

TEST_F(AttemptsTest, TheAddressOfTheWindowIsLeftAtOnce) {
  const auto token = session();
  const auto response = open_window(token, made(token));
  EXPECT_EQ(location(response), kWindow);
  EXPECT_EQ(response.headers.get("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(response.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(response.headers.get("Cross-Origin-Opener-Policy"), "unsafe-none")
      << "the component could not close the window";
  EXPECT_NE(response.headers.get("Set-Cookie")->find("HttpOnly"), std::string::npos);
}

TEST_F(AttemptsTest, ASecretInTheAddressIsRefusedAndNotKept) {
  StderrCapture log;
  const auto token = session();
  const auto id = made(token);
  EXPECT_EQ(location(open_window(token, id, "&company=Nordwind&note=papi-in-the-address")),
            kWindow);
  EXPECT_EQ(look(token, id), "error");
  EXPECT_NE(description.find("stood in the address"), std::string::npos) << description;
  const auto page = visit(kWindow, token);
  EXPECT_NE(page.body.find("stood in the address"), std::string::npos);
  EXPECT_EQ(page.body.find("papi-in-the-address"), std::string::npos);
  EXPECT_EQ(rows_in("accounts"), 0);
  end();
  for (const auto& file : fs::recursive_directory_iterator(data))
    if (file.is_regular_file())
      EXPECT_EQ(read_bytes(file.path()).find("papi-in-the-address"), std::string::npos)
          << file.path();
  EXPECT_EQ(log.stop().find("papi-in-the-address"), std::string::npos);
}

TEST_F(AttemptsTest, WhoDeniesIsToldAndMayStartAgain) {
  const auto token = session();
  const auto id = made(token);
  come_back(decide(sent_away(token, id), "deny"), token);
  ASSERT_TRUE(comes_to(token, id, "error"));
  EXPECT_NE(description.find("was not given the permission"), std::string::npos) << description;
  EXPECT_NE(visit(kWindow, token).body.find("was not given the permission"), std::string::npos);
  const auto again = made(token);
  come_back(decide(sent_away(token, again)), token);
  EXPECT_TRUE(comes_to(token, again, "authenticated"));
  EXPECT_EQ(look(token, id), "error");
}

TEST_F(AttemptsTest, AForgedAnswerChangesNothing) {
  const auto token = session();
  const auto id = made(token);
  const auto address = sent_away(token, id);
  come_back("/connect/return?code=forged&state=forged-and-long-enough", token);
  ASSERT_TRUE(wait_until(
      [&] { return visit(kWindow, token).body.find("does not belong") != std::string::npos; }));
  EXPECT_EQ(look(token, id), "pending");
  EXPECT_EQ(dispatch("GET", decide(address), {}).status, 403U) << "another browser";
  EXPECT_EQ(look(token, id), "pending");
  come_back(decide(address), token);
  EXPECT_TRUE(comes_to(token, id, "authenticated"));
}

TEST_F(AttemptsTest, ASessionThatExpiresMeanwhileEndsIt) {
  const auto token = session();
  const auto id = made(token);
  const auto back = decide(sent_away(token, id));
  sql("UPDATE connect_sessions SET expires = 1");
  EXPECT_EQ(look(token, id), "expired");
  come_back(back, token);
  EXPECT_NE(visit(kWindow, token).body.find("took too long"), std::string::npos);
  EXPECT_EQ(make(token).status, 410U);
  EXPECT_EQ(rows_in("accounts"), 0);
}

TEST_F(AttemptsTest, NobodyComesBackAndItExpiresAndGoes) {
  const auto token = session();
  const auto id = made(token);
  sent_away(token, id);
  sql("UPDATE flows SET state = json_set(state, '$.ends', 1) WHERE kind = 'attempt'");
  EXPECT_EQ(look(token, id), "expired");
  EXPECT_EQ(end_interrupted(), 0U) << "it can be seen for a while";
  sql("UPDATE flows SET state = json_set(state, '$.kept_until', 1) WHERE kind = 'attempt'");
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_EQ(component_asks("GET", path_of(id), token).status, 404U);
}

TEST_F(AttemptsTest, EveryStepMayHappenInAnotherProcess) {
  const auto token = session();
  const auto id = made(token);
  restart();
  const auto address = sent_away(token, id);
  restart();
  come_back(decide(address), token);
  ASSERT_TRUE(comes_to(token, id, "authenticated"));
  restart();
  EXPECT_EQ(look(token, id), "authenticated");
  EXPECT_NE(visit(kWindow, token).body.find("data-close-window"), std::string::npos);
}

TEST_F(AttemptsTest, OfTwoAtOnceTheLaterGoesOn) {
  const auto token = session();
  const auto first = made(token);
  const auto second = made(token);
  const auto left = sent_away(token, first);
  const auto address = sent_away(token, second);
  EXPECT_EQ(look(token, first), "cancelled");
  come_back(decide(left), token);
  ASSERT_TRUE(wait_until(
      [&] { return visit(kWindow, token).body.find("does not belong") != std::string::npos; }));
  come_back(decide(address), token);
  EXPECT_TRUE(comes_to(token, second, "authenticated"));
  EXPECT_EQ(look(token, first), "cancelled");
  EXPECT_EQ(rows_in("accounts"), 1);
}

TEST_F(AttemptsTest, ACancelledOneNeverLinks) {
  const auto token = session();
  const auto id = made(token);
  const auto back = decide(sent_away(token, id));
  EXPECT_EQ(component_asks("DELETE", path_of(id), token).status, 204U);
  EXPECT_EQ(component_asks("DELETE", path_of(id), token).status, 204U) << "again";
  come_back(back, token);
  EXPECT_EQ(look(token, id), "cancelled");
  EXPECT_EQ(rows_in("accounts"), 0);
}

TEST_F(AttemptsTest, OneThatIsCancelledWhileItLinksDoesNotLink) {
  const auto token = session();
  const auto id = made(token);
  const auto back = decide(sent_away(token, id));
  acme.inject({{"kind", "delay"}, {"route", "POST /oauth/token"}, {"times", 1}, {"delay_ms", 500}});
  come_back(back, token);
  ASSERT_TRUE(wait_until([&] {
    return sql("SELECT json_extract(state, '$.waits_until') FROM flows WHERE kind = 'connect'") ==
           0;
  })) << "it is at work";
  EXPECT_EQ(component_asks("DELETE", path_of(id), token).status, 204U);
  ASSERT_TRUE(wait_until([&] {
    return sql("SELECT count(*) FROM flows WHERE kind = 'connect'") == 0 && revocations_done();
  }));
  EXPECT_EQ(look(token, id), "cancelled");
  EXPECT_EQ(rows_in("accounts"), 0);
}

TEST_F(AttemptsTest, AnotherSessionsAttemptIsNotThere) {
  const auto token = session();
  const auto id = made(token);
  sql("INSERT INTO projects (id, name, created) VALUES ('prj_other', 'Other', 1)");
  const auto stranger = session("somebody-else");
  const auto foreign = session("of another project");
  sql("UPDATE connect_sessions SET project_id = 'prj_other' WHERE owner_id = 'of another project'");
  for (const auto& other : {stranger, foreign}) {
    EXPECT_EQ(component_asks("GET", path_of(id), other).status, 404U);
    EXPECT_EQ(component_asks("DELETE", path_of(id), other).status, 404U);
    EXPECT_EQ(location(open_window(other, id)), "/connect/window?why=over");
  }
  EXPECT_EQ(
      component_asks("POST", "/hub/connection_attempts", stranger, R"({"token":")" + token + "\"}")
          .status,
      404U);
  EXPECT_EQ(look(token, id), "pending");
}

TEST_F(AttemptsTest, AWindowIsOpenedOnce) {
  const auto token = session();
  const auto id = made(token);
  EXPECT_EQ(location(open_window(token, id)), kWindow);
  EXPECT_EQ(location(open_window(token, id)), "/connect/window?why=over");
  EXPECT_EQ(visit("/connect/window?why=over", token).status, 400U);
}

TEST_F(AttemptsTest, AWindowThatNoApplicationOpenedAsksFirst) {
  for (const auto* referer :
       {"", "https://evil.example/", "https://app.example.com.evil.example/"}) {
    const auto token = session();
    const auto id = made(token);
    EXPECT_EQ(location(open_window(token, id, "&company=Nordwind", referer)), kWindow) << referer;
    EXPECT_EQ(location(visit(kWindow, token)), kWindow) << referer;
    EXPECT_NE(visit(kWindow, token).body.find(kProvider), std::string::npos)
        << "a link for the person to press";
  }
}

TEST_F(AttemptsTest, AWindowComesBackToPagesThatWereNamedAlone) {
  const auto token = session();
  const auto id = made(token);
  for (const auto* uri :
       {"https%3A%2F%2Fevil.example%2F", "https%3A%2F%2Fapp.example.com%40evil.example",
        "javascript%3Aalert(1)", ""}) {
    std::string target = "/connect/oauth2/" + integration_id;
    target.append("?redirect_uri=").append(uri);
    target.append("&token=").append(token).append("&connection_attempt_id=").append(id);
    const auto refused = dispatch("GET", target, {{"Referer", kApplication}});
    EXPECT_EQ(location(refused), "/connect/window?why=page") << uri;
    EXPECT_FALSE(refused.headers.has("Set-Cookie"));
  }
  EXPECT_EQ(look(token, id), "pending");
}

TEST_F(AttemptsTest, ASessionHasNoMoreThanAFew) {
  const auto token = session();
  const auto first = made(token);
  for (std::size_t i = 0; i < accounts::ConnectionAttempts::kMost; ++i) made(token);
  EXPECT_EQ(rows_in("flows"), static_cast<std::int64_t>(accounts::ConnectionAttempts::kMost));
  EXPECT_EQ(component_asks("GET", path_of(first), token).status, 404U);
}

TEST_F(AttemptsTest, AMistakeInTheFormIsTold) {
  const auto token = session();
  const auto id = made(token);
  EXPECT_EQ(location(open_window(token, id, "")), kWindow);
  EXPECT_EQ(location(visit(kWindow, token)), kWindow);
  EXPECT_EQ(look(token, id), "error");
  EXPECT_FALSE(description.empty());
}

}  // namespace
}  // namespace patchbay::integration
