// /accounts/{id}/proxy/...: what goes to the provider and what comes back, below the sockets.
#include "api_test_support.h"

namespace patchbay::api {
namespace {

using test::ApiTest;
using test::parsed;

struct ApiPassingOn : ApiTest {
  net::Response pass(const std::string& method, const std::string& target,
                     const std::string& body = {}, const HeaderList& headers = {}) {
    return call(method, "/accounts/acc_1/proxy" + target, body, headers);
  }
  void allow(const std::string& actions) {
    hub.change([&](store::Database& db) {
      auto integration = hub.integration;
      integration.allowed_actions = actions;
      return store::integrations_table::update(db, integration);
    });
  }
  [[nodiscard]] const net::ClientRequest& last() const { return hub.provider.requests.back(); }

  std::deque<net::Request> asked;  // which live as long as what is read of their answers

  // What is left of an answer whose head has come.
  static net::BodyReader parts(std::vector<std::string> all) {
    auto left = std::make_shared<std::deque<std::string>>(all.begin(), all.end());
    return [left]() -> net::Task<Result<std::optional<std::string>>> {
      if (left->empty()) co_return std::nullopt;
      std::string part = std::move(left->front());
      left->pop_front();
      if (part == "broken") co_return make_error(ErrorCode::kUnavailable, "It ended.");
      co_return part;
    };
  }
  // As the client would, so that the caller is asked whether it takes the answer so.
  net::Response pass_long(net::BodyReader rest) {
    auto& reply = hub.provider.answer(200, "");
    reply.rest = std::move(rest);
    hub.provider.on_request = [](const net::ClientRequest& request) {
      EXPECT_TRUE(request.hand_on(200, std::nullopt));
      EXPECT_FALSE(request.hand_on(200, 100)) << "what is short is held";
    };
    auto& request = asked.emplace_back();
    request.method = "GET";
    request.target = "/accounts/acc_1/proxy/v1/teams";
    request.id = "req-1";
    request.host = "hub.example";
    EXPECT_TRUE(net::decode_target(request.target, request));
    request.headers.set("Authorization", "Bearer " + key);
    return hub.loops.block_on(router.dispatch(request));
  }
  std::string read(const net::Response& response) {
    std::string all;
    while (auto part = hub.loops.block_on(response.parts())) all += *part;
    return all;
  }
};

TEST_F(ApiPassingOn, GivesTheRequestAndTheAnswerAsTheyAre) {
  auto& answer = hub.provider.answer(404, "no token-1 here", "text/plain");
  answer.headers.add("X-Rate", "7");
  answer.headers.add("Patchbay-Answered-By", "somebody");
  answer.headers.add("Content-Security-Policy", "default-src *");
  answer.headers.add("Access-Control-Allow-Origin", "*");
  const auto response = pass("GET", "/v1/te%C3%A4ms?limit=2&x=%2F", "",
                             {{"X-Extra", "1"},
                              {"Accept", "a/b"},
                              {"User-Agent", "theirs"},
                              {"Cookie", "a=b"},
                              {"X-Forwarded-For", "10.0.0.1"},
                              {"Idempotency-Key", "theirs"},
                              {"x-account-id", "acc_9"}});
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.body, "no ******* here");
  EXPECT_EQ(response.headers.get("X-Rate"), "7");
  EXPECT_EQ(response.headers.get("Content-Type"), "text/plain");
  EXPECT_EQ(response.headers.get_all("Patchbay-Answered-By"),
            std::vector<std::string_view>{"provider"});
  EXPECT_EQ(response.headers.get_all("Content-Security-Policy"),
            std::vector<std::string_view>{"sandbox; default-src 'none'"});
  EXPECT_FALSE(response.headers.has("Access-Control-Allow-Origin"));
  EXPECT_EQ(last().url, "https://api.acme.example/v1/te%C3%A4ms?limit=2&x=%2F");
  EXPECT_EQ(last().headers.get("Authorization"), "Bearer token-1");
  EXPECT_EQ(last().headers.get("X-Extra"), "1");
  EXPECT_EQ(last().headers.get("Accept"), "a/b");
  EXPECT_EQ(last().headers.get("Idempotency-Key"), "theirs");
  for (const char* gone : {"User-Agent", "Cookie", "X-Forwarded-For", "x-account-id"})
    EXPECT_FALSE(last().headers.has(gone)) << gone;
  EXPECT_EQ(audit.events.back().kind, "proxy.called");
  EXPECT_EQ(audit.events.back().subject, "GET /v1/te%C3%A4ms");
}

TEST_F(ApiPassingOn, AnswersHeadWithTheLengthThatIsLeftOut) {
  hub.provider.answer(200, "").headers.add("Content-Length", "123456");
  const auto response = pass("HEAD", "/v1/teams");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.length, 123456U);
  EXPECT_EQ(last().method, "HEAD");
}

TEST_F(ApiPassingOn, SendsASmallBodyAgainWithAFreshToken) {
  allow(R"(["raw_writes"])");
  hub.provider.answer(401, "{}");
  hub.provider.answer(201, "{}");
  EXPECT_EQ(pass("POST", "/v1/teams", "a=1", {{"Content-Type", "text/plain"}}).status, 201U);
  EXPECT_EQ(hub.provider.requests.size(), 2U);
  EXPECT_EQ(last().headers.get("Authorization"), "Bearer token-2");
  EXPECT_EQ(last().headers.get("Content-Type"), "text/plain");
  EXPECT_EQ(last().body.reveal(), "a=1");
}

TEST_F(ApiPassingOn, KeepsToTheRulesOfTheProxy) {
  const auto code = [&](const std::string& method, const std::string& target,
                        const HeaderList& headers = {}) {
    const auto response = call(method, target, "", headers);
    EXPECT_FALSE(response.headers.has("Patchbay-Answered-By")) << target;
    return parsed(response.body).root().get("code").string_or("");
  };
  EXPECT_EQ(code("DELETE", "/accounts/acc_1/proxy/v1/teams"), "action_not_allowed");
  EXPECT_EQ(code("GET", "/accounts/acc_1/proxy/v1//teams"), "invalid_argument");
  EXPECT_EQ(code("GET", "/accounts/acc_none/proxy/v1/teams"), "not_found");
  EXPECT_EQ(code("GET", "/accounts/acc_1/proxy/v1/teams",
                 {{"Authorization", "Bearer " + make_key("prj_1", "accounts")}}),
            "forbidden");
  EXPECT_EQ(code("GET", "/accounts/acc_1/proxy/v1/teams", {{"Authorization", "Bearer pb_no"}}),
            "unauthenticated");
  allow("[]");
  EXPECT_EQ(code("GET", "/accounts/acc_1/proxy/v1/people"), "action_not_allowed");
  EXPECT_EQ(code("GET", "/accounts/acc_1/proxy/v1/teams"), "action_not_allowed");
  audit.failure = make_error(ErrorCode::kStorage, "full");
  EXPECT_EQ(code("GET", "/accounts/acc_1/proxy/v1/teams"), "audit_unavailable");
  EXPECT_TRUE(hub.provider.requests.empty());
}

TEST_F(ApiPassingOn, HandsALongAnswerOnInParts) {
  const auto response = pass_long(parts({"one tok", "en-", "1 two"}));
  ASSERT_TRUE(response.parts);
  EXPECT_EQ(read(response), "one ******* two");
}

TEST_F(ApiPassingOn, BreaksOffWhatBreaksOff) {
  const auto response = pass_long(parts({"one", "broken"}));
  EXPECT_EQ(hub.loops.block_on(response.parts()), "one");
  EXPECT_THROW(hub.loops.block_on(response.parts()), net::BodyBrokeOff);
}

TEST_F(ApiPassingOn, AProjectThatHasManyUnderWayIsAskedToComeAgain) {
  std::vector<net::Response> under_way;
  while (under_way.size() < 100 && (under_way.empty() || under_way.back().status == 200))
    under_way.push_back(pass_long(parts({"one"})));
  EXPECT_EQ(under_way.size(), actions::RawCaller::kMostStreams / 2 + 1);
  const auto& refused = under_way.back();
  EXPECT_EQ(refused.status, 503U);
  EXPECT_NE(refused.body.find("streams_under_way"), std::string::npos) << refused.body;
  EXPECT_TRUE(refused.headers.has("Retry-After"));
  under_way.clear();
  EXPECT_EQ(pass_long(parts({"one"})).status, 200U);
}

}  // namespace
}  // namespace patchbay::api
