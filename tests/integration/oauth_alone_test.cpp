// Plain OAuth 2.0 by a manifest alone, in the hub, over TLS, against the sandbox kit's
// authorization server: client credentials; authorization code with PKCE and refresh tokens,
// rotating and lasting. The manifests are those that `patchbay new --manifest-only` writes.
#include "actions/action_runner.h"
#include "patchbay/sandbox/oauth_server.h"
#include "signing_in.h"

namespace patchbay::integration {
namespace {

namespace json = sandbox::json;

constexpr const char* kHost = "api.acme.example";
constexpr const char* kTokens = "POST /oauth/token";
constexpr const char* kRevoke = "POST /oauth/revoke";
constexpr const char* kPeople = "GET /v1/people";

// The kit's server and one list behind it. Where refresh tokens last, using one gives no other.
class Acme final : public sandbox::Provider {
 public:
  Acme(sandbox::Services kit, bool signs_people_in, bool rotates)
      : oauth_(kit, {.scopes = {"people:read", "people:write"},
                     .signs_people_in = signs_people_in,
                     .rotates = rotates}),
        rotates_(rotates) {}

  void add_routes(sandbox::Router& router) override {
    oauth_.add_routes(server_);
    for (const auto& [method, path] : {std::pair{"POST", "/oauth/token"},
                                       {"POST", "/oauth/revoke"},
                                       {"GET", "/oauth/authorize"},
                                       {"POST", "/oauth/authorize"}})
      router.add(method, path, [this](const sandbox::Request& request) { return pass(request); });
    router.add("GET", "/v1/people", [this](const sandbox::Request& request) {
      return oauth_.admits(request)
                 ? sandbox::json_response(
                       200, json::object{{"people", json::array{json::object{{"id", "Ada"}}}}})
                 : sandbox::json_response(401, json::object{{"error", "invalid_token"}});
    });
  }
  json::array credentials() const override { return {oauth_.client()}; }
  bool looks_secret(std::string_view value) const override { return oauth_.issued(value); }
  void reset() override { oauth_.reset(); }

 private:
  sandbox::Response pass(const sandbox::Request& request) {
    const auto match = server_.match(request.method, request.path);
    if (match.handler == nullptr) return sandbox::Response::empty(404);
    auto response = (*match.handler)(request);
    const auto form = sandbox::parse_form(request.body);
    if (rotates_ || !form || form->find("grant_type") != "refresh_token" || response.status != 200)
      return response;
    auto answer = sandbox::parse_json_object(response.body).value_or(json::object());
    answer.erase("refresh_token");
    return sandbox::json_response(200, answer);
  }

  sandbox::OAuthServer oauth_;
  sandbox::Router server_;
  bool rotates_;
};

// What `patchbay new acme --manifest-only --auth GRANT` makes of its template.
std::string manifest_of(const std::string& grant) {
  const std::string templates = PATCHBAY_TESTS_DIR "/../../plugin_api/templates/";
  std::string text = read_bytes(templates + grant + "/manifest.json");
  const std::string piece = read_bytes(templates + "manifest-only/" + grant + ".grant");
  const auto at = text.find("      \"tokens\": [");
  if (at == std::string::npos) throw std::runtime_error("the template has changed");
  return text.insert(at, piece);
}

class OAuthAlone : public SigningIn {
 protected:
  void serve(const std::string& grant, bool rotates = true) {
    const bool has_person = grant == "oauth2-authorization-code";
    acme.emplace(
        sandbox::ProviderInfo{.name = "acme", .hosts = {kHost}, .about = "OAuth 2.0"},
        [this, has_person, rotates](sandbox::Services kit) {
          auto made = std::make_unique<Acme>(kit, has_person, rotates);
          provider = made.get();
          return made;
        },
        sandbox::Sandbox::Options{});
    acme->start();
    overrides.push_back({kHost, "127.0.0.1", acme->port(), acme->ca_file()});
    std::string manifest = manifest_of(grant);
    if (!rotates) {
      constexpr std::string_view kRotating = R"("renewal": "rotating")";
      manifest.replace(manifest.find(kRotating), kRotating.size(), R"("renewal": "refresh_token")");
    }
    write_bytes(connectors + "/acme.json", manifest, 0644);
    hub = make_hub();
    hub->start_background();
    const auto connector = hub->registry().find("acme");
    if (!connector) throw std::runtime_error(hub->registry().list().front()->reason);
    tokens.emplace(hub->keeper());
    runner.emplace(hub->services(), *tokens);
    const auto client = provider->credentials().front().as_object();
    client_id = client.at("client_id").as_string();
    client_secret = client.at("client_secret").as_string();
  }
  void serve_people(bool rotates = true) {
    serve("oauth2-authorization-code", rotates);
    integration_id = make_integration({.connector_id = "acme"});
  }
  void set_up(const std::string& secret) {
    std::map<std::string, SecretString> values;
    values.emplace("client_id", SecretString(client_id));
    values.emplace("client_secret", SecretString(secret));
    SigningIn::set_up(integration_id, std::move(values));
  }

  // ---- the person ----

  Away send_away(const std::string& owner = "acme") {
    return SigningIn::send_away("acme", session_request(owner));
  }
  sandbox::Fields decide(const std::string& url, const std::string& decision) {
    EXPECT_TRUE(url.starts_with(std::string("https://") + kHost + "/oauth/authorize?")) << url;
    auto query = SigningIn::decide(*acme, url, {{"decision", decision}});
    EXPECT_FALSE(query.empty()) << page;
    return query;
  }
  store::Account signed_in() {
    set_up(client_secret);
    const Away away = send_away();
    auto outcome = come_back(away, decide(away.url, "allow"));
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return *std::move(outcome.account);
  }
  accounts::LinkOutcome link_client(const std::string& secret) {
    return wait(
        hub->accounts().link(link_request({client_id, secret}, session_request("acme"), "acme")));
  }

  actions::ActionRunner::Outcome people_of(const std::string& account_id) {
    actions::ActionCall call;
    call.project_id = hub->project_id();
    call.account_id = account_id;
    call.action_id = "acme_list_people";
    call.input = "{}";
    return wait(runner->run(std::move(call)));
  }
  std::string token_of(const std::string& account_id) { return token_value(account_id, "access"); }
  // What the provider itself says of an access token.
  int asked_with(const std::string& token) const {
    sandbox::Client client(
        {.host = kHost, .address = "127.0.0.1", .port = acme->port(), .ca_file = acme->ca_file()});
    return client.get("/v1/people", {{"Authorization", "Bearer " + token}}).status;
  }
  sandbox::Provider* provider = nullptr;  // the sandbox's
  std::optional<sandbox::Sandbox> acme;
  std::optional<actions::KeeperTokens> tokens;
  std::optional<actions::ActionRunner> runner;
  std::string integration_id, client_id, client_secret;
};

// ---- a person signs in ----

TEST_F(OAuthAlone, APersonSignsInComesBackAndIsLinked) {
  serve_people();
  set_up(client_secret);
  const Away away = send_away();
  EXPECT_NE(away.url.find("code_challenge_method=S256"), std::string::npos) << away.url;
  EXPECT_NE(away.url.find("scope=people%3Aread&"), std::string::npos) << away.url;
  const auto outcome = come_back(away, decide(away.url, "allow"));
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  EXPECT_EQ(acme->calls().count(kTokens), 1U);
  const auto people = people_of(outcome.account->id);
  ASSERT_TRUE(people) << people.error().message;
  EXPECT_EQ(people->data, R"([{"id":"Ada"}])");
  EXPECT_EQ(asked_with(token_of(outcome.account->id)), 200);
  EXPECT_EQ(audited().find("sandbox-token-"), std::string::npos);
  EXPECT_EQ(audited().find(client_secret), std::string::npos);
}

TEST_F(OAuthAlone, NobodyIsSentAwayBeforeTheOperatorHasSetItUp) {
  serve_people();
  const Away away = send_away();
  EXPECT_TRUE(away.url.empty()) << away.url;
  EXPECT_EQ(away.outcome.error.code, ErrorCode::kConfiguration) << away.outcome.error.message;
  EXPECT_EQ(acme->calls().total(), 0U);
}

TEST_F(OAuthAlone, WhoDeclinesIsToldSoAndNothingIsStored) {
  serve_people();
  set_up(client_secret);
  const Away away = send_away();
  const auto outcome = come_back(away, decide(away.url, "deny"));
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.oauth_access_denied");
  EXPECT_EQ(acme->calls().count(kTokens), 0U);
  expect_nothing_stored();
}

TEST_F(OAuthAlone, AnAnswerOfAnotherBrowserIsNotTaken) {
  serve_people();
  set_up(client_secret);
  const Away away = send_away();
  auto query = decide(away.url, "allow");
  query.set("state", "x" + query.find("state").value_or(""));
  EXPECT_TRUE(come_back(away, query).waiting);
  EXPECT_EQ(acme->calls().count(kTokens), 0U);
}

TEST_F(OAuthAlone, ACodeOfAnotherSignInIsRefusedByItsChallenge) {
  serve_people();
  set_up(client_secret);
  const auto first = send_away();
  const auto stolen = decide(first.url, "allow").find("code").value_or("");
  const Away other = send_away("other");
  auto query = decide(other.url, "allow");
  query.set("code", stolen);
  const auto outcome = come_back(other, query);
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.oauth_invalid_grant") << outcome.error.message;
  EXPECT_EQ(rows_in("accounts"), 0);
}

TEST_F(OAuthAlone, AClientThatIsNotKnownIsTheOperatorsToMend) {
  serve_people();
  set_up("another-secret");
  const Away away = send_away();
  const auto outcome = come_back(away, decide(away.url, "allow"));
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kConfiguration) << outcome.error.message;
  EXPECT_EQ(outcome.message.id, "error.oauth_client_refused");
  expect_nothing_stored();
}

TEST_F(OAuthAlone, AServerThatFailsWhileTheCodeIsExchangedIsToldAndLinksNobody) {
  serve_people();
  set_up(client_secret);
  for (const int status : {429, 500, 503}) {
    const Away away = send_away();
    const auto query = decide(away.url, "allow");
    acme->inject({.kind = FaultKind::status, .route = kTokens, .times = 0, .status = status});
    const auto outcome = come_back(away, query);
    acme->clear_faults();
    EXPECT_FALSE(outcome.account) << status;
    EXPECT_EQ(outcome.error.code, status == 429 ? ErrorCode::kRateLimited : ErrorCode::kUnavailable)
        << outcome.error.message;
  }
  EXPECT_EQ(rows_in("accounts"), 0);
}

// ---- the connection is kept ----

TEST_F(OAuthAlone, ARotatingRefreshTokenIsSpentByEachRenewal) {
  serve_people();
  const auto account = signed_in();
  std::set<std::string> seen{token_of(account.id)};
  for (int i = 0; i < 3; ++i) {
    const auto renewed = refresh(account.id);
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_TRUE(seen.insert(token_of(account.id)).second);
  }
  EXPECT_EQ(acme->calls().count(kTokens), 4U);
  EXPECT_EQ(asked_with(token_of(account.id)), 200);
}

TEST_F(OAuthAlone, ALastingRefreshTokenIsKeptThoughRenewalsNameNone) {
  serve_people(false);
  const auto account = signed_in();
  std::set<std::string> seen{token_of(account.id)};
  for (int i = 0; i < 3; ++i) {
    const auto renewed = refresh(account.id);
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_TRUE(seen.insert(token_of(account.id)).second);
  }
  EXPECT_EQ(asked_with(token_of(account.id)), 200);
}

// The answer to a rotating renewal is lost: presenting the token again would end all that follow.
TEST_F(OAuthAlone, ARotatingTokenWhoseAnswerWasLostIsNotPresentedAgain) {
  serve_people();
  const auto account = signed_in();
  acme->inject({.kind = FaultKind::cut_before_answer, .route = kTokens, .handled = true});
  EXPECT_FALSE(refresh(account.id));
  EXPECT_EQ(this->account(account.id).status, store::AccountStatus::kError);
  EXPECT_EQ(acme->calls().count(kTokens), 2U);
  EXPECT_FALSE(refresh(account.id));
  EXPECT_EQ(acme->calls().count(kTokens), 2U) << "it was presented again";
}

TEST_F(OAuthAlone, ALastingTokenWhoseAnswerWasLostIsPresentedAgain) {
  serve_people(false);
  const auto account = signed_in();
  acme->inject({.kind = FaultKind::cut_before_answer, .route = kTokens, .handled = true});
  (void)refresh(account.id);
  const auto renewed = refresh(account.id);
  ASSERT_TRUE(renewed) << renewed.error().message;
  EXPECT_EQ(asked_with(token_of(account.id)), 200);
}

TEST_F(OAuthAlone, AnExpiredTokenIsRenewedAndTheCallRepeated) {
  serve_people();
  const auto account = signed_in();
  const std::string before = token_of(account.id);
  acme->clock().advance(2h);  // at the provider alone
  const auto people = people_of(account.id);
  ASSERT_TRUE(people) << people.error().message;
  EXPECT_NE(token_of(account.id), before);
  EXPECT_EQ(acme->calls().count(kPeople), 2U);
}

TEST_F(OAuthAlone, AConnectionThatThePersonEndedAtTheProviderIsToldAndNotTriedForEver) {
  serve_people();
  const auto account = signed_in();
  provider->reset();
  const auto refused = people_of(account.id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRevoked) << refused.error().message;
  EXPECT_EQ(this->account(account.id).status, store::AccountStatus::kError);
  const auto asked = acme->calls().total();
  EXPECT_FALSE(people_of(account.id));
  EXPECT_EQ(acme->calls().total(), asked);
}

TEST_F(OAuthAlone, UnlinkingEndsTheTokensAtTheProvider) {
  serve_people();
  const auto account = signed_in();
  const std::string token = token_of(account.id);
  ASSERT_EQ(asked_with(token), 200);
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), account.id)));
  ASSERT_TRUE(revocations_done());
  EXPECT_GE(acme->calls().count(kRevoke), 1U);
  EXPECT_EQ(asked_with(token), 401);
}

// ---- client credentials ----

TEST_F(OAuthAlone, AClientIsLinkedAsksAndIsRenewedFromItsCredentials) {
  serve("oauth2-client-credentials");
  const auto outcome = link_client(client_secret);
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  const std::string id = outcome.account->id;
  const std::string first = token_of(id);
  ASSERT_TRUE(people_of(id));
  acme->clock().advance(2h);
  const auto people = people_of(id);
  ASSERT_TRUE(people) << people.error().message;
  EXPECT_NE(token_of(id), first);
  EXPECT_EQ(audited().find(client_secret), std::string::npos);
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  ASSERT_TRUE(revocations_done());
  EXPECT_GE(acme->calls().count(kRevoke), 1U);
}

TEST_F(OAuthAlone, AWrongSecretIsToldAtItsFieldAndALaterOneEndsTheAccount) {
  serve("oauth2-client-credentials");
  const auto wrong = link_client("another-secret");
  EXPECT_FALSE(wrong.account);
  EXPECT_EQ(wrong.error.code, ErrorCode::kInvalidCredentials) << wrong.error.message;
  expect_nothing_stored();
  const auto outcome = link_client(client_secret);
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  acme->inject({.kind = FaultKind::status,
                .route = kTokens,
                .times = 0,
                .status = 401,
                .body = R"({"error":"invalid_client"})"});
  EXPECT_FALSE(refresh(outcome.account->id));
  EXPECT_EQ(account(outcome.account->id).status, store::AccountStatus::kError);
}

}  // namespace
}  // namespace patchbay::integration
