// Providers that answer 200 and say in the body that it failed.
#include <gtest/gtest.h>

#include "actions/action_runner.h"
#include "actions_test_support.h"

namespace patchbay::actions {
namespace {

std::shared_ptr<const manifest::Manifest> acme_with_codes() {
  std::string json = test::acme_json(
      "[" +
      test::action(
          "get", R"({"type":"object"})",
          R"("token":"main","request":{"method":"GET","host":"api.acme.example","path":"/v1/people"},)"
          R"("result":{"kind":"object","path":"/person"})",
          R"({"read_only":true})") +
      "]");
  const std::string_view before = R"("inbound_events":)";
  json.insert(json.find(before), R"("failure_codes":{"path":"/error","statuses":{)"
                                 R"("token_expired":401,"missing_scope":403,"not_found":404,)"
                                 R"("slow_down":429,"fatal":500}},)");
  return test::parsed_manifest(json);
}

struct FailureCodesTest : testing::Test {
  test::Hub hub{acme_with_codes()};
  ActionRunner runner{*hub.services, hub.tokens, hub.runner_options()};

  ActionRunner::Outcome run() {
    return hub.loops.block_on(runner.run({"prj_1", "acc_1", "acme_get", "{}"}));
  }
  ActionError failed_with(const std::string& code) {
    hub.provider.answer(200, R"({"ok":false,"error":")" + code + "\"}");
    auto outcome = run();
    if (!outcome) return std::move(outcome).error();
    ADD_FAILURE() << code << " passed for success: " << outcome->data;
    return {};
  }
};

TEST_F(FailureCodesTest, CountAsTheStatusThatSaysTheSame) {
  EXPECT_EQ(failed_with("not_found").reason, reason::kProviderNotFound);
  EXPECT_EQ(failed_with("slow_down").code, ErrorCode::kRateLimited);
  EXPECT_EQ(failed_with("fatal").code, ErrorCode::kUnavailable);
  const auto scope = failed_with("missing_scope");
  EXPECT_EQ(scope.reason, reason::kProviderUnauthorized);
  EXPECT_EQ(scope.missing, std::vector<std::string>{"people:read"});
  EXPECT_EQ(failed_with("nobody_listed_this").reason, reason::kProviderRejected);
}

TEST_F(FailureCodesTest, SayWhatTheProviderSaid) {
  const auto error = failed_with("missing_scope");
  EXPECT_NE(error.message.find("Acme reported a failure (missing_scope)"), std::string::npos)
      << error.message;
  ASSERT_TRUE(error.provider);
  EXPECT_EQ(error.provider->status, 200U) << "its answer is told as it was";
}

TEST_F(FailureCodesTest, OfARefusedTokenHaveItRenewedOnce) {
  hub.provider.answer(200, R"({"ok":false,"error":"token_expired"})");
  hub.provider.answer(200, R"({"ok":true,"person":{"id":"7"}})");
  const auto reply = run();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->data, R"({"id":"7"})");
  EXPECT_EQ(hub.tokens.refusals, std::vector<std::string>{"token-1"});
  EXPECT_EQ(hub.provider.requests.back().headers.get("Authorization"), "Bearer token-2");
}

TEST_F(FailureCodesTest, AreTextsInTheirPlaceAlone) {
  for (const char* body : {R"({"person":{"error":"token_expired"}})", R"({"error":7,"person":{}})",
                           R"({"error":null,"person":{}})"}) {
    hub.provider.answer(200, body);
    const auto reply = run();
    EXPECT_TRUE(reply) << body << ": " << reply.error().message;
  }
  EXPECT_TRUE(hub.tokens.refusals.empty());
}

TEST_F(FailureCodesTest, MendAStatusThatSaysSomethingElseToOthers) {
  hub.provider.answer(403, R"({"error":"slow_down"})");
  const auto slow = run();
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, ErrorCode::kRateLimited) << slow.error().message;
  hub.provider.answer(403, R"({"error":"nobody_listed_this"})");
  const auto other = run();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kPermissionMissing) << other.error().message;
}

TEST_F(FailureCodesTest, DoNotHideTheStatusOfAnAnswerThatHasOne) {
  hub.provider.answer(503, R"({"ok":false,"error":"token_expired"})");
  const auto outcome = run();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace patchbay::actions
