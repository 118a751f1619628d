#include "patchbay/sandbox/oauth_server.h"

#include <gtest/gtest.h>

#include "patchbay/sandbox/client.h"
#include "patchbay/sandbox/sandbox.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

// RFC 7636, appendix B.
constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
constexpr const char* kBack = "https://hub.example/connect/return";

class OAuthProvider : public Provider {
 public:
  OAuthProvider(Services kit, OAuthOptions options) : oauth(kit, std::move(options)) {}
  void add_routes(Router& router) override {
    oauth.add_routes(router);
    router.add("GET", "/me", [this](const Request& request) {
      return Response::empty(oauth.admits(request) ? 200 : 401);
    });
  }
  json::array credentials() const override {
    return {json::object{{"label", "client"}, {"fields", oauth.client()}}};
  }
  OAuthServer oauth;
};

class OAuthServerTest : public testing::Test {
 protected:
  void start(OAuthOptions options) {
    sandbox = std::make_unique<Sandbox>(
        ProviderInfo{.name = "acme", .hosts = {"api.acme.example"}, .about = "A test."},
        [options](Services kit) { return std::make_unique<OAuthProvider>(kit, options); },
        Sandbox::Options{});
    sandbox->start();
    client = std::make_unique<Client>(Client::Options{
        .host = "api.acme.example", .port = sandbox->port(), .ca_file = sandbox->ca_file()});
    const json::value ready = sandbox->ready();
    const json::value& fields = ready.at("credentials").at(0).at("fields");
    id = fields.at("client_id").as_string().c_str();
    secret = fields.at("client_secret").as_string().c_str();
  }
  void start_with_sign_in() { start({.scopes = {"people:read"}, .signs_people_in = true}); }

  Reply token(Fields form) {
    form.add("client_id", id);
    form.add("client_secret", secret);
    return client->post_form("/oauth/token", form);
  }
  static std::string error_of(const Reply& reply) {
    return reply.json().at("error").as_string().c_str();
  }
  static std::string member(const Reply& reply, const char* name) {
    return reply.json().at(name).as_string().c_str();
  }
  int me(const std::string& access) {
    return client->get("/me", {{"Authorization", "Bearer " + access}}).status;
  }
  // Where the person is sent after the decision.
  std::string decided(const std::string& decision) {
    const Reply reply = client->post_form("/oauth/authorize", request_with("decision", decision));
    EXPECT_EQ(reply.status, 302);
    return reply.headers.find("location").value_or("");
  }
  Fields request_with(const std::string& name, const std::string& value) const {
    Fields request{{"response_type", "code"},        {"client_id", id},
                   {"redirect_uri", kBack},          {"state", "s&1"},
                   {"scope", "people:read"},         {"code_challenge", kChallenge},
                   {"code_challenge_method", "S256"}};
    request.set(name, value);
    return request;
  }
  Fields code_form() {
    const auto query = parse_form(decided("allow").substr(std::string(kBack).size() + 1));
    EXPECT_EQ(query->find("state"), "s&1");
    return {{"grant_type", "authorization_code"},
            {"code", query->find("code").value_or("")},
            {"redirect_uri", kBack},
            {"code_verifier", kVerifier}};
  }

  std::unique_ptr<Sandbox> sandbox;
  std::unique_ptr<Client> client;
  std::string id, secret;
};

TEST_F(OAuthServerTest, MintsForItsClientAndForgetsWhatIsRevoked) {
  start({.scopes = {"people:read", "people:write"}});
  const Reply reply = token({{"grant_type", "client_credentials"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(member(reply, "scope"), "people:read people:write");
  const std::string access = member(reply, "access_token");
  EXPECT_EQ(me(access), 200);
  const Fields form{{"token", access}, {"client_id", id}, {"client_secret", secret}};
  EXPECT_EQ(client->post_form("/oauth/revoke", form).status, 200);
  EXPECT_EQ(me(access), 401);
  EXPECT_EQ(client->post_form("/oauth/revoke", form).status, 200) << "RFC 7009 section 2.2";
}

TEST_F(OAuthServerTest, AnAccessTokenEnds) {
  start({.scopes = {"people:read"}, .access_lifetime_s = 60});
  const std::string access = member(token({{"grant_type", "client_credentials"}}), "access_token");
  sandbox->clock().advance(std::chrono::seconds(59));
  EXPECT_EQ(me(access), 200);
  sandbox->clock().advance(std::chrono::seconds(2));
  EXPECT_EQ(me(access), 401);
}

TEST_F(OAuthServerTest, RefusesInTheStandardsWords) {
  start({.scopes = {"people:read"}});
  EXPECT_EQ(error_of(token({})), "invalid_request");
  EXPECT_EQ(error_of(token({{"grant_type", "password"}})), "unsupported_grant_type");
  EXPECT_EQ(error_of(token({{"grant_type", "client_credentials"}, {"scope", "all"}})),
            "invalid_scope");
  secret = "another";
  const Reply reply = token({{"grant_type", "client_credentials"}});
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(error_of(reply), "invalid_client");
}

TEST_F(OAuthServerTest, AClientMayAuthenticateByHttpBasic) {
  start({.scopes = {"people:read"}});
  std::string pair = base64url_encode(percent_encode(id) + ":" + percent_encode(secret));
  std::replace(pair.begin(), pair.end(), '-', '+');
  std::replace(pair.begin(), pair.end(), '_', '/');
  const Reply reply = client->post_form("/oauth/token", {{"grant_type", "client_credentials"}},
                                        {{"Authorization", "Basic " + pair}});
  EXPECT_EQ(reply.status, 200) << reply.body;
}

TEST_F(OAuthServerTest, APersonAllowsAndTheCodeIsGoodOnce) {
  start_with_sign_in();
  const Reply page = client->get(
      "/oauth/authorize?" + encode_form(request_with("state", "\"><script>alert(1)</script>")));
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  const Fields form = code_form();
  const Reply first = token(form);
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(me(member(first, "access_token")), 200);
  EXPECT_EQ(error_of(token(form)), "invalid_grant");
}

TEST_F(OAuthServerTest, ACodeIsBoundToVerifierRedirectAndTime) {
  start_with_sign_in();
  Fields form = code_form();
  form.set("code_verifier", "another");
  EXPECT_EQ(error_of(token(form)), "invalid_grant");
  form = code_form();
  form.set("redirect_uri", "https://elsewhere.example/");
  EXPECT_EQ(error_of(token(form)), "invalid_grant");
  form = code_form();
  sandbox->clock().advance(std::chrono::seconds(61));
  EXPECT_EQ(error_of(token(form)), "invalid_grant");
}

TEST_F(OAuthServerTest, APersonWhoDeniesIsSentBackWithThat) {
  start_with_sign_in();
  EXPECT_EQ(decided("deny"), std::string(kBack) + "?error=access_denied&state=s%261");
}

TEST_F(OAuthServerTest, NobodyIsSentAnywhereForARequestThatIsWrong) {
  start_with_sign_in();
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"client_id", "another"},
           {"redirect_uri", "http://elsewhere.example/"},
           {"redirect_uri", "https://hub.example/\r\nX-Injected: 1"},
           {"response_type", "token"},
           {"code_challenge_method", "plain"}}) {
    const Reply reply = client->post_form("/oauth/authorize", request_with(name, value));
    EXPECT_EQ(reply.status, 400) << name;
    EXPECT_FALSE(reply.headers.has("location")) << name;
  }
}

TEST_F(OAuthServerTest, ASpentRefreshTokenEndsAllThatFollowed) {
  start_with_sign_in();
  const std::string first = member(token(code_form()), "refresh_token");
  const Fields spend{{"grant_type", "refresh_token"}, {"refresh_token", first}};
  const Reply second = token(spend);
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(me(member(second, "access_token")), 200);
  EXPECT_EQ(error_of(token(spend)), "invalid_grant");
  EXPECT_EQ(me(member(second, "access_token")), 401);
  EXPECT_EQ(error_of(token({{"grant_type", "refresh_token"},
                            {"refresh_token", member(second, "refresh_token")}})),
            "invalid_grant");
}

TEST_F(OAuthServerTest, ARevokedRefreshTokenTakesItsAccessTokensAlong) {
  start_with_sign_in();
  const Reply minted = token(code_form());
  EXPECT_EQ(client
                ->post_form("/oauth/revoke", {{"token", member(minted, "refresh_token")},
                                              {"client_id", id},
                                              {"client_secret", secret}})
                .status,
            200);
  EXPECT_EQ(me(member(minted, "access_token")), 401);
}

}  // namespace
}  // namespace patchbay::sandbox
