// The API's description: complete, served, and strict enough that an answer can break it.
#include <set>

#include "api/openapi.h"
#include "served_api_fixture.h"
#include "support/api_description.h"

namespace patchbay::api {
namespace {

using test::ApiDescription;

TEST(ApiDescribed, EveryRouteAndNoOther) {
  const test::ServedHub hub;
  std::set<std::string> routes;
  for (const auto& route : hub.router.routes()) {
    const std::string pattern = route.pattern.substr(0, route.pattern.find("...}"));
    routes.insert(route.method + " " + pattern + (pattern == route.pattern ? "" : "}"));
  }
  std::set<std::string> described;
  for (const auto& operation : ApiDescription::built().operations())
    described.insert(operation.method + " " + operation.path);
  EXPECT_EQ(routes, described);
}

TEST(ApiDescribed, IsServedAndAskedForAgainByItsTag) {
  net::Request request;
  const auto first = openapi_response(request);
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(first.body, openapi_document());
  test::expect_described("GET", "/openapi.json", first);
  const std::string tag(first.headers.get("ETag").value_or(""));
  ASSERT_GT(tag.size(), 2U);
  for (const auto& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    request.headers.set("If-None-Match", known);
    const auto again = openapi_response(request);
    EXPECT_EQ(again.status, 304U) << known;
    EXPECT_TRUE(again.body.empty());
    EXPECT_EQ(again.headers.get("ETag"), tag);
    test::expect_described("GET", "/openapi.json", again);
  }
  request.headers.set("If-None-Match", "\"other\"");
  EXPECT_EQ(openapi_response(request).status, 200U);
}

TEST(ApiDescribed, NamesAScopeWhereAKeyIsNeeded) {
  for (const auto& operation : ApiDescription::built().operations()) {
    if (operation.value.get("security").exists()) continue;
    EXPECT_NE(operation.value.get("description").string_or("").find("eeds the scope `"),
              std::string::npos)
        << operation.method << " " << operation.path;
  }
}

class ApiAnswers : public testing::Test {
 protected:
  static std::size_t problems(const std::string& target, net::Response response,
                              const std::string& method = "GET") {
    return ApiDescription::built().problems(method, target, response).size();
  }
  static std::string session(const std::string& more = R"("label":null)") {
    return R"({"id":1,"organization_id":1,"project_id":"p","origin_owner_id":"o",)"
           R"("origin_owner_name":"O","origin_username":null,"provider":null,)"
           R"("integration_id":null,"account_id":null,"type":"test","multiple":false,)"
           R"("categories":["hris"],"metadata":{"any":1},"created_at":"2025-06-15T15:06:40.000Z",)"
           R"("expires_at":"2025-06-15T15:06:40.000Z",)" +
           more + "}";
  }
  static std::size_t session_problems(const std::string& body, unsigned status = 201) {
    return problems("/connect_sessions/authenticate", net::json(body, status), "POST");
  }
};

TEST_F(ApiAnswers, ThatAreAsDescribedFit) {
  EXPECT_EQ(session_problems(session()), 0U);
  EXPECT_EQ(problems("/accounts?page=1", net::json("[]")), 0U);
  EXPECT_EQ(problems("/accounts/acc_1", net::text("Misdirected Request: x\n", 421)), 0U);
  EXPECT_EQ(problems("/hub/settings", net::empty(403), "OPTIONS"), 0U);
}

TEST_F(ApiAnswers, WithAMemberTooFewOrTooManyOrOfAnotherKindDoNot) {
  EXPECT_NE(session_problems(session(R"("other":1)")), 0U) << "no label, and another";
  EXPECT_NE(session_problems(session(R"("label":null,"other":1)")), 0U);
  EXPECT_NE(session_problems(session(R"("label":7)")), 0U);
  EXPECT_NE(problems("/accounts", net::json("{}")), 0U);
  EXPECT_NE(problems("/readyz", net::json(R"({"status":"perhaps"})")), 0U);
  EXPECT_NE(problems("/readyz", net::json("{")), 0U);
}

TEST_F(ApiAnswers, ToABodyThatIsNotDescribedAreNoticed) {
  const auto taken = [](const std::string& body) {
    return ApiDescription::built().body_problems("POST", "/actions/search", body).empty();
  };
  EXPECT_TRUE(taken(R"({"query":"q","top_k":null})"));
  EXPECT_FALSE(taken(R"({"query":"q","members_nobody_asks_for":1})"));
  EXPECT_FALSE(taken(R"({"top_k":5})"));
  EXPECT_FALSE(taken(R"({"query":"q","top_k":"5"})"));
}

TEST_F(ApiAnswers, OfAnotherStatusOrContentTypeDoNot) {
  EXPECT_NE(session_problems(session(), 200), 0U);
  EXPECT_NE(problems("/accounts", net::html("[]")), 0U);
  EXPECT_NE(problems("/healthz", net::json(R"({"status":"ok"})", 418)), 0U);
  EXPECT_NE(problems("/hub/settings", net::text("no", 403), "OPTIONS"), 0U) << "a body";
  EXPECT_NE(problems("/nowhere", net::json("{}")), 0U);
}

TEST_F(ApiAnswers, ThatAreErrorsHaveAKnownCodeTheirStatusAndTheirHeaderFields) {
  net::Request request;
  request.id = "req-1";
  const auto answer = [&](unsigned status, const char* code) {
    return stackone_error(api_error(status, code, "m"), request, 0);
  };
  EXPECT_EQ(problems("/accounts", answer(401, "unauthenticated")), 0U);
  EXPECT_NE(problems("/accounts", answer(401, "brand_new")), 0U);
  auto bare = answer(401, "unauthenticated");
  bare.headers.remove("WWW-Authenticate");
  EXPECT_NE(problems("/accounts", std::move(bare)), 0U);
  auto other = answer(404, "not_found");
  other.status = 400;
  EXPECT_NE(problems("/accounts", std::move(other)), 0U);
  EXPECT_NE(problems("/accounts", problem_error(api_error(400, "conflict", "m"), request)), 0U)
      << "the shape of our own paths";
}

}  // namespace
}  // namespace patchbay::api
