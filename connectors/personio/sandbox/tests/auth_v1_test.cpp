#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

using AuthV1 = PersonioTest;

TEST_F(AuthV1, MintsFromJsonAndFromForm) {
  const Integration integration =
      with_rights({{"employees", {.read = true}}, {"absences", {.read = true}}});
  const Reply from_json = ask_v1_token(integration);
  ASSERT_EQ(from_json.status, 200) << from_json.body;
  EXPECT_EQ(from_json.json().at("success"), true);
  EXPECT_EQ(text(from_json.json().at("data"), "scope"), "employees:read absences:read");
  EXPECT_EQ(from_json.json().at("data").at("expires_in").as_int64(), 86'400);
  const Reply from_form = client->post_form(
      "/v1/auth",
      {{"client_id", integration.client_id}, {"client_secret", integration.client_secret}});
  EXPECT_EQ(from_form.status, 200);
  EXPECT_TRUE(personio.token_is_valid(text(from_form.json().at("data"), "token")));
}

TEST_F(AuthV1, OlderAnswersHoldTheTokenAlone) {
  personio.set_options([](Options& options) { options.v1_auth_expiry_and_scope = false; });
  const json::value answer = ask_v1_token(personio.default_integration()).json();
  EXPECT_EQ(answer.at("data").as_object().size(), 1U);
}

TEST_F(AuthV1, WrongCredentialsAreRefusedWithTheChosenStatus) {
  Integration wrong = personio.default_integration();
  wrong.client_secret = "papi-wrong";
  Reply reply = ask_v1_token(wrong);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.body, R"({"success":false,"error":{"code":0,"message":"Wrong credentials"}})");
  personio.set_options([](Options& options) { options.v1_wrong_credentials_status = 401; });
  EXPECT_EQ(ask_v1_token(wrong).status, 401);
}

TEST_F(AuthV1, CredentialsInTheQueryAreRefusedUnlessConfigured) {
  const Integration integration = personio.default_integration();
  const std::string target =
      "/v1/auth?client_id=" + integration.client_id + "&client_secret=" + integration.client_secret;
  EXPECT_EQ(client->send("POST", target).status, 403);
  personio.set_options([](Options& options) { options.v1_query_credentials = "accepted"; });
  EXPECT_EQ(client->send("POST", target).status, 200);
  for (const auto& record : personio.kit().calls().last(10)) {
    EXPECT_EQ(record.target.find(integration.client_secret), std::string::npos);
  }
}

TEST_F(AuthV1, IncompleteBodyIsRefused) {
  EXPECT_EQ(client->post_json("/v1/auth", json::object{{"client_id", "x"}}).status, 422);
  EXPECT_EQ(client->send("POST", "/v1/auth", {{"Content-Type", "application/json"}}, "{").status,
            422);
}

TEST_F(AuthV1, DataCallsTellMissingFromBadBearer) {
  const Reply missing = client->get("/v1/company/employees");
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(missing.json().at("error").at("message"), "Authorization is not provided");
  const Reply bad = client->get("/v1/company/employees", bearer("papi-old"));
  EXPECT_EQ(bad.status, 403);
  EXPECT_EQ(bad.json().at("error").at("message"), "Provided authorization is not valid");
}

TEST_F(AuthV1, MissingRightHasTheChosenStatus) {
  const std::string token = v1_token(with_rights({{"documents", {.read = true}}}));
  const Reply reply = client->get("/v1/company/employees", bearer(token));
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.json().at("error").at("code").as_int64(), 0);
  personio.set_options([](Options& options) { options.v1_missing_right_status = 401; });
  EXPECT_EQ(client->get("/v1/company/employees", bearer(token)).status, 401);
}

TEST_F(AuthV1, DataAnswersCarryTheTokenBack) {
  const std::string token = v1_token();
  for (const char* target : {"/v1/company/employees?limit=1", "/v1/company/employees/attributes",
                             "/v1/company/employees/1"}) {
    EXPECT_EQ(client->get(target, bearer(token)).headers.find("Authorization"), "Bearer " + token);
  }
}

}  // namespace
}  // namespace patchbay::personio_sandbox
