// Which requests the proxy lets through, and with which token.
#include "actions/raw_policy.h"
#include "actions_test_support.h"

namespace patchbay::actions {
namespace {

using test::acme;
using test::action;

std::string one(const std::string& id, const std::string& method, const std::string& path,
                const std::string& token, bool read_only) {
  const std::string input =
      path.find("{id}") == std::string::npos
          ? R"({"type":"object"})"
          : R"({"type":"object","required":["id"],"properties":{"id":{"type":"string"}}})";
  return action(id, input,
                R"("token":")" + token + R"(","request":{"method":")" + method +
                    R"(","host":"api.acme.example","path":")" + path + R"("})",
                read_only ? R"({"read_only":true})" : "{}");
}

class RawPolicy : public testing::Test {
 protected:
  boost::system::result<RawRoute, ActionError> route(RawTarget target) {
    return route_raw_request(*manifest, manifest->auth_methods.front(), {{"company", "example"}},
                             allowed, target);
  }
  bool passes(const std::string& method, const std::string& path, const std::string& base = {}) {
    return route({method, base, path}).has_value();
  }
  std::string why(const std::string& method, const std::string& path,
                  const std::string& base = {}) {
    const auto found = route({method, base, path});
    return found ? "passed" : found.error().reason;
  }

  std::shared_ptr<const manifest::Manifest> manifest =
      acme("[" + one("get", "GET", "/v1/people/{id}", "main", true) + "," +
           one("export", "GET", "/v1/people/export", "main", false) + "," +
           one("search", "POST", "/v1/people/search", "main", true) + "," +
           one("create", "POST", "/v1/people", "main", false) + "," +
           one("old", "GET", "/old/people", "in_query", true) + "]");
  std::optional<std::string> allowed;  // reads only
};

TEST_F(RawPolicy, LetsReadsThroughWhereTheIntegrationAllowsReads) {
  EXPECT_TRUE(passes("GET", "/v1/anything?x=1&y=%20"));
  EXPECT_TRUE(passes("HEAD", "/v1/people/7"));
  EXPECT_TRUE(passes("GET", "/v1/people/7/"));
  EXPECT_TRUE(passes("POST", "/v1/people/search"));
  EXPECT_EQ(why("GET", "/v1/people/export"), reason::kActionNotAllowed);
  EXPECT_EQ(why("HEAD", "/v1/people/export"), reason::kActionNotAllowed);
  EXPECT_EQ(why("GET", "/v1/people/%65xport"), reason::kActionNotAllowed);
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"})
    EXPECT_EQ(why(method, "/v1/anything"), reason::kActionNotAllowed) << method;
  EXPECT_EQ(why("POST", "/v1/people"), reason::kActionNotAllowed);
}

TEST_F(RawPolicy, ObeysTheIntegrationsList) {
  allowed = R"(["acme_get","acme_create"])";
  EXPECT_TRUE(passes("GET", "/v1/people/7"));
  EXPECT_TRUE(passes("POST", "/v1/people"));
  EXPECT_EQ(why("GET", "/v1/people/export"), reason::kActionNotAllowed);
  EXPECT_EQ(why("GET", "/v1/teams"), reason::kActionNotAllowed);
  EXPECT_EQ(why("GET", "/v1/people/7/"), reason::kActionNotAllowed);
  EXPECT_EQ(why("POST", "/v1/people/search"), reason::kActionNotAllowed);
  allowed = R"(["raw_reads"])";
  EXPECT_TRUE(passes("GET", "/v1/teams"));
  EXPECT_EQ(why("GET", "/v1/people/7"), reason::kActionNotAllowed);
  EXPECT_EQ(why("DELETE", "/v1/teams/1"), reason::kActionNotAllowed);
  allowed = R"(["raw_writes"])";
  EXPECT_TRUE(passes("DELETE", "/v1/teams/1"));
  EXPECT_EQ(why("GET", "/v1/teams"), reason::kActionNotAllowed);
  EXPECT_EQ(why("POST", "/v1/people"), reason::kActionNotAllowed);
  allowed = "[]";
  EXPECT_EQ(why("GET", "/v1/teams"), reason::kActionNotAllowed);
}

TEST_F(RawPolicy, StaysOnTheProvidersHosts) {
  EXPECT_TRUE(passes("GET", "/v1/people/7", "https://api.acme.example"));
  EXPECT_TRUE(passes("GET", "people/7", "https://api.acme.example/v1/"));
  EXPECT_TRUE(passes("GET", "/v1", "https://example.acme.example:8443"));
  for (const char* base :
       {"http://api.acme.example", "https://api.acme.example.evil.example", "https://evil.example",
        "https://api.acme.example:8443", "https://api.acme.example@evil.example",
        "https://evil.example/api.acme.example", "https://127.0.0.1",
        "https://other.acme.example:8443", "//api.acme.example", "file:///etc/passwd",
        "https://api.acme.example\\@evil.example"})
    EXPECT_EQ(why("GET", "/v1/people/7", base), "invalid_argument") << base;
  // The authority can't grow through the path.
  EXPECT_EQ(route({"GET", "https://api.acme.example", ".evil.example/x"})->url,
            "https://api.acme.example/.evil.example/x");
  EXPECT_EQ(why("GET", "@evil.example/x", "https://api.acme.example"), "passed");
}

TEST_F(RawPolicy, RefusesPathsThatTwoReadersTakeForDifferentOnes) {
  for (const char* path : {"/v1/../v1/people", "/v1/./people", "/v1//people", "/v1/%2e%2e/people",
                           "/v1/people%2fexport", "/v1/people%5cexport", "/v1/people\\export",
                           "/v1/people#x", "/v1/peo ple", "/v1/%00", "/v1/%", "/v1/%ff",
                           "/v1/%252e%252e/x", "/v1/people\r\nX: y", "/v1/..", "//"})
    EXPECT_EQ(why("GET", path), "invalid_argument") << path;
  EXPECT_EQ(why("GET", "/" + std::string(9000, 'a')), "invalid_argument");
  for (const char* method : {"", "get", "TRACE", "CONNECT", "OPTIONS", "GET /"})
    EXPECT_EQ(why(method, "/v1/people/7"), "invalid_argument") << method;
}

TEST_F(RawPolicy, TakesTheTokenOfTheNearestAction) {
  EXPECT_EQ(route({"GET", "", "/v1/teams"})->auth->token, "main");
  EXPECT_EQ(route({"GET", "", "/old/teams"})->auth->token, "in_query");
  EXPECT_EQ(route({"GET", "", "/old/people"})->auth->token, "in_query");
  EXPECT_EQ(route({"GET", "", "/elsewhere"})->auth->token, "main");
}

}  // namespace
}  // namespace patchbay::actions
