#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

using AuthV2 = PersonioTest;

constexpr std::string_view kLink =
    "https://developer.personio.de/reference/errors#credentials.oauth2.";

/// Checks what all documented token errors share and returns the body.
json::object token_problem(const Reply& reply, std::string_view error, std::string_view fragment) {
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.headers.find("Content-Type"), "application/problem+json");
  const json::value body = reply.json();
  EXPECT_TRUE(body.is_object()) << reply.body;
  if (!body.is_object()) return {};
  const json::object& object = body.as_object();
  EXPECT_EQ(std::string_view(object.at("error").as_string()), error);
  EXPECT_EQ(object.at("trace_id").as_string().size(), 36U);
  EXPECT_EQ(object.at("timestamp").as_string().size(), 20U);
  EXPECT_FALSE(object.contains("errors")) << "not the shape of the other v2 errors";
  if (object.contains("error_uri")) {
    EXPECT_EQ(std::string_view(object.at("error_uri").as_string()),
              std::string(kLink) + std::string(fragment));
  }
  return object;
}

TEST_F(AuthV2, MintsATokenWithAllScopesOfTheCredential) {
  const Integration integration =
      with_rights({{"employees", {.read = true}}, {"documents", {.read = true, .write = true}}});
  const Reply reply = ask_v2_token(form(integration));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.headers.find("Content-Type"), "application/json");
  EXPECT_EQ(text(reply.json(), "token_type"), "Bearer");
  EXPECT_EQ(reply.json().at("expires_in").as_int64(), 86'400);
  EXPECT_EQ(text(reply.json(), "scope"),
            "employees:read personio:persons:read documents:read documents:write");
  const std::string token = text(reply.json(), "access_token");
  EXPECT_EQ(token.size(), 91U);
  EXPECT_TRUE(token.starts_with("papi-"));
  EXPECT_TRUE(personio.token_is_valid(token));
}

TEST_F(AuthV2, NarrowsToTheWantedScopesInAnyOrder) {
  Fields wanted = form(personio.default_integration());
  wanted.add("scope", "documents:read personio:persons:read");
  EXPECT_EQ(text(ask_v2_token(wanted).json(), "scope"), "personio:persons:read documents:read");
}

TEST_F(AuthV2, NarrowedTokenOpensOnlyWhatItWasNarrowedTo) {
  Fields wanted = form(personio.default_integration());
  wanted.add("scope", "documents:read");
  const std::string token = text(ask_v2_token(wanted).json(), "access_token");
  EXPECT_EQ(client->get("/v2/persons", bearer(token)).status, 401);
}

TEST_F(AuthV2, LoneClientIdLacksOnlyTheGrantType) {
  const auto error = token_problem(ask_v2_token({{"client_id", "papi-x"}}), "invalid_request",
                                   "invalid_request.required_parameters_missing");
  EXPECT_EQ(json::serialize(error.at("meta")), R"({"missing_parameters":["grant_type"]})");
  EXPECT_EQ(error.at("error_description"),
            "The request has missing or invalid required parameters.");
}

TEST_F(AuthV2, NamesMissingCredentials) {
  const auto error =
      token_problem(ask_v2_token({{"grant_type", "client_credentials"}}), "invalid_request",
                    "invalid_request.required_parameters_missing");
  EXPECT_EQ(json::serialize(error.at("meta")),
            R"({"missing_parameters":["client_id","client_secret"]})");
}

TEST_F(AuthV2, JsonBodyIsTheWrongContentTypeAndNamesItsLinkType) {
  const auto error =
      token_problem(client->post_json("/v2/auth/token", json::object{}), "invalid_request", "");
  EXPECT_FALSE(error.contains("error_uri"));
  EXPECT_EQ(error.at("type").as_string(),
            std::string(kLink) + "invalid_request.invalid_request_content_type");
}

TEST_F(AuthV2, UnknownClientIsAnInvalidClient) {
  Fields fields = form(personio.default_integration());
  fields.set("client_id", "client_who");
  token_problem(ask_v2_token(fields), "invalid_client", "invalid_client");
}

TEST_F(AuthV2, WrongSecretIsAnUnauthorizedClient) {
  Fields fields = form(personio.default_integration());
  fields.set("client_secret", "papi-wrong");
  const auto error =
      token_problem(ask_v2_token(fields), "unauthorized_client", "unauthorized_client");
  EXPECT_EQ(error.at("error_description"),
            "Client is not allowed to use the specified grant type flow.");
}

TEST_F(AuthV2, MadeUpGrantIsInvalidAndAForeignOneUnsupported) {
  Fields fields = form(personio.default_integration());
  fields.set("grant_type", "lilu_dallas_multipass");
  token_problem(ask_v2_token(fields), "invalid_grant", "invalid_grant");
  const std::string device = "urn:ietf:params:oauth:grant-type:device_code";
  fields.set("grant_type", device);
  const auto error =
      token_problem(ask_v2_token(fields), "unsupported_grant_type", "unsupported_grant_type");
  EXPECT_EQ(error.at("meta").at("grant_type").as_string(), device);
}

TEST_F(AuthV2, UnknownAndUngrantedScopesLookTheSame) {
  const Integration integration = with_rights({{"employees", {.read = true}}});
  for (const char* scope : {"no:such:scope", "documents:read", "employees:read documents:read"}) {
    Fields fields = form(integration);
    fields.add("scope", scope);
    const auto error = token_problem(ask_v2_token(fields), "invalid_scope", "invalid_scope");
    EXPECT_EQ(error.at("error_description"), "One of the requested scopes is invalid.");
  }
}

TEST_F(AuthV2, TokenDiesWithItsLifetime) {
  personio.set_options([](Options& options) { options.token_lifetime_s = 60; });
  const std::string token = v2_token();
  advance(59);
  EXPECT_EQ(client->get("/v2/persons", bearer(token)).status, 200);
  advance(1);
  EXPECT_EQ(client->get("/v2/persons", bearer(token)).status, 401);
}

TEST_F(AuthV2, OlderTokensStayValidBesideNewOnes) {
  const std::string first = v2_token();
  const std::string second = v2_token();
  EXPECT_NE(first, second);
  EXPECT_EQ(client->get("/v2/persons", bearer(first)).status, 200);
  EXPECT_EQ(client->get("/v2/persons", bearer(second)).status, 200);
}

TEST_F(AuthV2, ReusedTokenShowsItsRemainingLifetime) {
  personio.set_options([](Options& options) { options.token_reuse = true; });
  const Fields fields = form(personio.default_integration());
  const Reply first = ask_v2_token(fields);
  advance(400);
  const Reply second = ask_v2_token(fields);
  EXPECT_EQ(text(first.json(), "access_token"), text(second.json(), "access_token"));
  EXPECT_EQ(second.json().at("expires_in").as_int64(), 86'000);
}

TEST_F(AuthV2, RevokedTokenIsRefusedAndOthersStay) {
  const std::string token = v2_token();
  const std::string other = v2_token();
  const Reply reply = client->post_form("/v2/auth/revoke", {{"token", token}}, bearer(token));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(client->get("/v2/persons", bearer(token)).status, 401);
  EXPECT_EQ(client->get("/v2/persons", bearer(other)).status, 200);
}

TEST_F(AuthV2, RevokeNeedsABearerUnlessConfigured) {
  const std::string token = v2_token();
  const Reply refused = client->post_form("/v2/auth/revoke", {{"token", token}});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(problem(refused).at("title"), "Authorisation Restrictions");
  EXPECT_TRUE(personio.token_is_valid(token));
  personio.set_options([](Options& options) { options.revoke_auth = "either"; });
  EXPECT_EQ(client->post_form("/v2/auth/revoke", {{"token", token}}).status, 200);
  EXPECT_FALSE(personio.token_is_valid(token));
  personio.set_options([](Options& options) { options.revoke_auth = "none"; });
  EXPECT_EQ(client->post_form("/v2/auth/revoke", {{"token", token}}).status, 200);
}

TEST_F(AuthV2, RevokeWithoutTokenIsAnError) {
  const std::string token = v2_token();
  token_problem(client->post_form("/v2/auth/revoke", {}, bearer(token)), "invalid_request",
                "invalid_request.required_parameters_missing");
  token_problem(client->post_json("/v2/auth/revoke", json::object{}, bearer(token)),
                "invalid_request", "");
}

TEST_F(AuthV2, V1AndV2TokensAreSeparate) {
  EXPECT_EQ(client->get("/v2/persons", bearer(v1_token())).status, 401);
  EXPECT_EQ(client->get("/v1/company/employees", bearer(v2_token())).status, 403);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
