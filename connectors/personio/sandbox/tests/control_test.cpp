#include "fixture.h"
#include "patchbay/sandbox/error.h"

namespace patchbay::personio_sandbox {
namespace {

class Control : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    control.emplace(sandbox::Client::Options{
        .host = "127.0.0.1", .port = personio.port(), .ca_file = personio.ca_file()});
  }
  Reply call(std::string_view method, const std::string& path, const json::value& body = {}) {
    return control->send(method, "/__sandbox" + path,
                         {{"X-Sandbox-Token", personio.kit().control_token()}},
                         body.is_null() ? "" : json::serialize(body));
  }

  std::optional<sandbox::Client> control;
};

TEST_F(Control, ThreeIntegrationsAreThereFromTheStart) {
  const json::value list = call("GET", "/integrations").json();
  ASSERT_EQ(list.as_array().size(), 3U);
  EXPECT_EQ(list.at(0).at("label"), "All permissions");
  EXPECT_FALSE(list.at(0).as_object().contains("client_secret"));
  EXPECT_EQ(list.at(1).at("scopes").as_array().size(), 2U);
}

TEST_F(Control, CreatesAnIntegrationThatWorksAndDeletesItWithItsTokens) {
  const Reply created = call("POST", "/integrations",
                             {{"label", "Mine"},
                              {"permissions", {{"employees", json::array{"read"}}}},
                              {"readable_attributes", json::array{"email"}}});
  ASSERT_EQ(created.status, 201) << created.body;
  const json::value made = created.json();
  const std::string id = text(made, "client_id");
  EXPECT_TRUE(id.starts_with("papi-"));
  EXPECT_EQ(id.size(), 41U);
  const Fields credentials{{"grant_type", "client_credentials"},
                           {"client_id", id},
                           {"client_secret", text(made, "client_secret")}};
  const std::string token = text(ask_v2_token(credentials).json(), "access_token");
  EXPECT_EQ(client->get("/v2/persons?limit=1", bearer(token)).status, 200);

  const Reply deleted = call("DELETE", "/integrations/" + id);
  EXPECT_EQ(deleted.json().at("revoked_tokens").as_int64(), 1);
  EXPECT_EQ(client->get("/v2/persons?limit=1", bearer(token)).status, 401);
  EXPECT_EQ(text(ask_v2_token(credentials).json(), "error"), "invalid_client");
  EXPECT_EQ(call("DELETE", "/integrations/" + id).status, 404);
}

TEST_F(Control, RefusesPermissionsThatPersonioDoesNotOffer) {
  EXPECT_EQ(call("POST", "/integrations", {{"permissions", {{"org_units", json::array{"write"}}}}})
                .status,
            400);
  EXPECT_EQ(
      call("POST", "/integrations", {{"permissions", {{"payroll", json::array{"read"}}}}}).status,
      400);
  EXPECT_EQ(
      call("POST", "/integrations", {{"readable_attributes", json::array{"shoe_size"}}}).status,
      400);
  EXPECT_EQ(call("POST", "/integrations", {{"secret", "x"}}).status, 400);
  EXPECT_THROW(personio.create_integration({.permissions = {{"payroll", {.read = true}}}}),
               sandbox::SandboxError);
}

TEST_F(Control, ExpiresAndRevokesTokensOfOneOrAll) {
  const auto integrations = personio.integrations();
  const std::string first = v2_token(integrations[0]);
  const std::string second = v2_token(integrations[1]);
  EXPECT_EQ(call("POST", "/tokens/expire", {{"client_id", integrations[0].client_id}})
                .json()
                .at("tokens")
                .as_int64(),
            1);
  EXPECT_EQ(client->get("/v2/persons", bearer(first)).status, 401);
  EXPECT_EQ(client->get("/v2/persons", bearer(second)).status, 200);
  EXPECT_EQ(call("POST", "/tokens/revoke").json().at("tokens").as_int64(), 1);
  EXPECT_EQ(client->get("/v2/persons", bearer(second)).status, 401);
  EXPECT_EQ(call("POST", "/tokens/revoke", {{"client_id", "nobody"}}).status, 404);
}

TEST_F(Control, ListsTokensWithoutShowingThem) {
  const std::string token = v2_token();
  const Reply reply = call("GET", "/tokens");
  EXPECT_EQ(reply.json().as_array().size(), 1U);
  EXPECT_EQ(reply.body.find(token), std::string::npos);
}

TEST_F(Control, ChangesOptionsAllOrNothing) {
  EXPECT_EQ(call("PATCH", "/options", {{"persons", 3}, {"token_lifetime_s", 10}}).status, 200);
  EXPECT_EQ(personio.options().persons, 3);
  const Reply wrong = call("PATCH", "/options", {{"persons", 4}, {"revoke_auth", "maybe"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(text(wrong.json(), "error"),
            "revoke_auth must be a text, or bearer, or either, or none");
  EXPECT_EQ(text(call("PATCH", "/options", {{"person", 4}}).json(), "error"),
            "unknown option person");
  EXPECT_EQ(personio.options().persons, 3);
}

TEST_F(Control, ListsWhatClientsSentWrongWithoutQuotingIt) {
  const std::string token = v2_token();
  EXPECT_EQ(client->get("/v2/persons?limit=1&status=ACTIVE", bearer(token)).status, 200);
  EXPECT_TRUE(personio.violations().empty());
  EXPECT_EQ(client->get("/v2/persons?shoe_size=forty-four", bearer(token)).status, 200);
  EXPECT_EQ(client->get("/v2/persons?limit=1000", bearer(token)).status, 400);
  EXPECT_EQ(client->get("/v2/animals", bearer(token)).status, 404);
  const Reply reply = call("GET", "/violations");
  EXPECT_EQ(reply.json().at("total").to_number<int>(), 3);
  EXPECT_EQ(reply.body.find("forty-four"), std::string::npos);
  EXPECT_EQ(personio.violations(),
            (std::vector<std::string>{"GET /v2/persons: unknown query parameter shoe_size",
                                      "GET /v2/persons: refused with 400",
                                      "unmatched: no such operation"}));
  EXPECT_EQ(call("DELETE", "/violations").status, 200);
  EXPECT_TRUE(personio.violations().empty());
}

TEST_F(Control, NeverShowsSecretsInTheCallLog) {
  const Integration integration = personio.default_integration();
  const std::string token = v2_token();
  client->get("/v2/persons", bearer(token));
  Fields swapped = form(integration);
  swapped.set("client_id", integration.client_secret);
  swapped.set("client_secret", integration.client_id);
  ask_v2_token(swapped);
  ask_v1_token(integration);
  client->get("/v2/persons/" + token, bearer(token));
  const Reply log = call("GET", "/calls?last=100");
  EXPECT_EQ(log.json().at("last").as_array().size(), 5U);
  EXPECT_EQ(log.body.find(token), std::string::npos);
  EXPECT_EQ(log.body.find(integration.client_secret), std::string::npos);
}

TEST_F(Control, ResetBringsTheFirstStateBackWithTheSameCredentials) {
  const Integration first = personio.default_integration();
  const std::string token = v2_token(first);
  personio.delete_integration(first.client_id);
  with_rights({});
  personio.set_options([](Options& options) { options.persons = 1; });
  EXPECT_EQ(call("POST", "/reset").status, 200);
  EXPECT_EQ(personio.integrations().size(), 3U);
  EXPECT_EQ(personio.default_integration().client_secret, first.client_secret);
  EXPECT_EQ(personio.options().persons, 250);
  EXPECT_FALSE(personio.token_is_valid(token));
}

TEST_F(Control, FaultOnTheTokenEndpointCanLoseAMintedToken) {
  personio.kit().inject({.kind = sandbox::FaultKind::cut_before_answer,
                         .route = "POST /v2/auth/token",
                         .handled = true});
  EXPECT_EQ(ask_v2_token(form(personio.default_integration())).error, sandbox::NetError::truncated);
  EXPECT_EQ(personio.valid_tokens(), 1U);
}

TEST(PersonioState, IntegrationsSurviveARestart) {
  const sandbox::StateFolder folder({});
  const std::filesystem::path state = folder.path() / "state";
  Integration first;
  Integration created;
  {
    PersonioSandbox personio({.state_dir = state});
    first = personio.default_integration();
    created = personio.create_integration({.label = "Mine",
                                           .permissions = {{"employees", {.read = true}}},
                                           .readable_attributes = std::set<std::string>{"email"}});
  }
  PersonioSandbox personio({.state_dir = state});
  EXPECT_EQ(personio.default_integration().client_secret, first.client_secret);
  ASSERT_EQ(personio.integrations().size(), 4U);
  EXPECT_EQ(personio.integrations()[3].client_id, created.client_id);
  EXPECT_EQ(personio.integrations()[3].request.readable_attributes->size(), 1U);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
