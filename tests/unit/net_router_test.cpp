#include <gtest/gtest.h>

#include <stdexcept>

#include "net/loops.h"
#include "net/router.h"

namespace patchbay::net {
namespace {

class RouterTest : public testing::Test {
 protected:
  void add(const char* method, const char* pattern) {
    router_.add(method, pattern, [method, pattern](Request& request) -> Task<Response> {
      std::string said = std::string(method) + " " + pattern;
      for (std::size_t i = 0; i < request.path_params.size(); ++i) {
        const auto [name, value] = request.path_params.at(i);
        said += " " + std::string(name) + "=" + std::string(value);
      }
      co_return text(said);
    });
  }
  Response ask(const char* method, const char* target) {
    Request request;
    request.method = method;
    EXPECT_TRUE(decode_target(target, request));
    return loops_.block_on(router_.dispatch(request));
  }

  LoopPool loops_{1};
  Router router_;
};

TEST_F(RouterTest, FillsParametersFromSegments) {
  add("GET", "/");
  add("GET", "/accounts/{id}");
  add("GET", "/accounts/{id}/actions/{action}");
  EXPECT_EQ(ask("GET", "/").body, "GET /");
  EXPECT_EQ(ask("GET", "/accounts/a%20b").body, "GET /accounts/{id} id=a b");
  EXPECT_EQ(ask("GET", "/accounts/1/actions/x").body,
            "GET /accounts/{id}/actions/{action} id=1 action=x");
}

TEST_F(RouterTest, PrefersLiteralsAndFallsBackWhenTheMethodDiffers) {
  add("GET", "/accounts/{id}");
  add("POST", "/accounts/link");
  EXPECT_EQ(ask("POST", "/accounts/link").body, "POST /accounts/link");
  EXPECT_EQ(ask("GET", "/accounts/link").body, "GET /accounts/{id} id=link");
}

TEST_F(RouterTest, TakesTheRestOfAPath) {
  add("GET", "/assets/{file...}");
  add("GET", "/assets/index");
  EXPECT_EQ(ask("GET", "/assets/a/b.css").body, "GET /assets/{file...} file=a/b.css");
  EXPECT_EQ(ask("GET", "/assets/index").body, "GET /assets/index");
  EXPECT_EQ(ask("GET", "/assets").status, 404U);
}

TEST_F(RouterTest, AnswersUnknownPathsWith404) {
  add("GET", "/accounts/{id}");
  for (const char* target :
       {"/nothing", "/accounts", "/accounts/", "/accounts/1/", "//accounts/1"}) {
    EXPECT_EQ(ask("GET", target).status, 404U) << target;
  }
}

TEST_F(RouterTest, AnswersAnotherMethodWith405AndAllow) {
  add("GET", "/a");
  add("DELETE", "/a");
  const Response refused = ask("POST", "/a");
  EXPECT_EQ(refused.status, 405U);
  EXPECT_EQ(refused.headers.get("Allow"), "DELETE, GET, HEAD");
}

TEST_F(RouterTest, AnswersHeadWithTheHandlerOfGet) {
  add("GET", "/a");
  EXPECT_EQ(ask("HEAD", "/a").body, "GET /a");
}

TEST_F(RouterTest, AsksForTheErrorPage) {
  router_.on_error([](const Request& request, unsigned status) {
    return json("{\"path\":\"" + request.path + "\"}", status);
  });
  const Response missing = ask("GET", "/x");
  EXPECT_EQ(missing.status, 404U);
  EXPECT_EQ(missing.body, R"({"path":"/x"})");
}

TEST_F(RouterTest, RefusesRoutesThatMakeNoSense) {
  add("GET", "/a/{x}");
  EXPECT_THROW(add("GET", "/a/{y}"), std::logic_error);
  EXPECT_THROW(add("GET", "a"), std::logic_error);
  EXPECT_THROW(add("GET", "/{x}/{x}"), std::logic_error);
  EXPECT_THROW(add("GET", "/{x...}/b"), std::logic_error);
  EXPECT_THROW(add("GET", "/{}"), std::logic_error);
}

}  // namespace
}  // namespace patchbay::net
