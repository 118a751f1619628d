// What a call does about limits, refusals and failures of the provider.
#include "actions/action_runner.h"
#include "actions/retries.h"
#include "actions_test_support.h"
#include "api/errors.h"

namespace patchbay::actions {
namespace {

using std::chrono::milliseconds;

std::string two_actions() {
  const std::string request =
      R"("token":"main","request":{"host":"api.acme.example","path":"/v1/jobs","method":)";
  return "[" +
         test::action("get", R"({"type":"object"})", request + R"("GET"})",
                      R"({"read_only":true})") +
         "," + test::action("create", R"({"type":"object"})", request + R"("POST"})") + "]";
}

struct RetriesTest : testing::Test {
  test::Hub hub{two_actions()};
  std::vector<std::int64_t> slept;
  pacing::Pace pace{hub.clock,
                    {.most_waiting = 10, .sleep = [this](milliseconds time) -> Task<bool> {
                       slept.push_back(time.count());
                       hub.clock.advance_ms(time.count());
                       co_return true;
                     }}};
  std::optional<ActionRunner> runner;

  RetriesTest() {
    hub.services->pace = &pace;
    hub.change([](store::Database& db) {
      return db.execute(
          R"(UPDATE integrations SET allowed_actions = '["acme_get","acme_create"]')");
    });
    runner.emplace(*hub.services, hub.tokens, hub.runner_options());
  }
  ActionRunner::Outcome run(const std::string& id) {
    return hub.loops.block_on(runner->run({"prj_1", "acc_1", "acme_" + id}));
  }
  void fail(net::NetError error, bool maybe_processed) {
    auto& reply = hub.provider.answer(0, "");
    reply.error = error;
    reply.maybe_processed = maybe_processed;
  }
  [[nodiscard]] std::size_t sent() const { return hub.provider.requests.size(); }
};

TEST_F(RetriesTest, ARefusalForTheRateIsWaitedOutAndNobodySeesIt) {
  hub.provider.answer(429, "{}");
  hub.provider.answer(200, R"({"id":7})");
  EXPECT_TRUE(run("create"));
  EXPECT_EQ(sent(), 2U);
  EXPECT_GE(hub.clock.uptime_ms(), 3'600'000 + 1'000);
}

TEST_F(RetriesTest, ACallWaitsAsLongAsWasLastSaid) {
  pace.let_calls_wait(milliseconds(0));
  hub.provider.answer(429, "{}").headers.set("Retry-After", "3");
  const auto outcome = run("get");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kRateLimited);
  const auto before = hub.provider.requests.size();
  EXPECT_FALSE(run("get")) << "the provider is left alone for three seconds";
  EXPECT_EQ(hub.provider.requests.size(), before);
  pace.let_calls_wait(std::chrono::seconds(10));
  hub.provider.answer(200, "{}");
  EXPECT_TRUE(run("get"));
}

TEST_F(RetriesTest, ALongerRefusalIsToldWithTheProvidersOwnWords) {
  hub.provider.answer(429, R"({"error":{"message":"slow down"}})").headers.set("Retry-After", "30");
  const auto outcome = run("get");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(outcome.error().retry_after_ms, 30'000);
  ASSERT_TRUE(outcome.error().provider);
  EXPECT_EQ(sent(), 1U) << "the next try was held back";
  const auto next = run("get");
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kRateLimited);
  EXPECT_FALSE(next.error().provider) << "it was not asked";
  EXPECT_GE(next.error().retry_after_ms, 30'000);
  EXPECT_EQ(api::api_error(next.error()).status, 429U);
  EXPECT_EQ(sent(), 1U);
}

TEST_F(RetriesTest, WhatOnlyReadsIsSentAgainAfterAFailure) {
  fail(net::NetError::kReset, true);
  hub.provider.answer(503, "");
  hub.provider.answer(200, "{}");
  EXPECT_TRUE(run("get"));
  EXPECT_EQ(sent(), 3U);
  ASSERT_EQ(slept.size(), 2U);
  EXPECT_TRUE(slept[0] >= 100 && slept[0] <= 300) << slept[0];
  EXPECT_TRUE(slept[1] >= 200 && slept[1] <= 600) << slept[1];
}

TEST_F(RetriesTest, WhatMayHaveChangedSomethingIsNot) {
  fail(net::NetError::kReset, true);
  EXPECT_FALSE(run("create"));
  hub.provider.answer(503, "");
  EXPECT_FALSE(run("create"));
  EXPECT_EQ(sent(), 2U);
}

TEST_F(RetriesTest, UnlessNothingOfItWentOut) {
  fail(net::NetError::kConnect, false);
  hub.provider.answer(200, "{}");
  EXPECT_TRUE(run("create"));
  EXPECT_EQ(sent(), 2U);
}

TEST_F(RetriesTest, AtMostTwiceForEachCall) {
  for (unsigned i = 0; i < kMostTries; ++i) fail(net::NetError::kConnect, false);
  EXPECT_FALSE(run("get"));
  EXPECT_EQ(sent(), kMostTries);
}

TEST_F(RetriesTest, NoMoreThanTheProvidersBudgetAllows) {
  constexpr std::size_t kCalls = 18;  // fewer than what opens the circuit
  for (std::size_t i = 0; i < kCalls; ++i) {
    fail(net::NetError::kConnect, false);
    if (i >= 2) hub.clock.advance_ms(pacing::Circuit::kWindowMs);
    for (int more = 0; more < 2; ++more) fail(net::NetError::kConnect, false);
    EXPECT_FALSE(run("get"));
    hub.provider.replies.clear();
  }
  EXPECT_EQ(sent(), kCalls + 4) << "three at first, and one in ten";
}

TEST_F(RetriesTest, AnAnswerThatSaysWhenToComeBackIsTakenAtItsWord) {
  hub.provider.answer(503, "").headers.set("Retry-After", "9");
  const auto outcome = run("get");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().retry_after_ms, 9'000);
  EXPECT_EQ(sent(), 1U);
}

TEST_F(RetriesTest, AFailingProviderIsLeftAloneAndTheCallerLearnsWhy) {
  for (unsigned i = 0; i < pacing::Circuit::kFewest; ++i) {
    hub.provider.answer(503, "");
    EXPECT_FALSE(run("create"));
  }
  const auto outcome = run("create");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason, reason::kProviderCircuitOpen);
  const auto told = api::api_error(outcome.error());
  EXPECT_EQ(told.status, 503U);
  EXPECT_EQ(told.code, "provider_circuit_open");
  EXPECT_EQ(told.retry_after_ms, pacing::Circuit::kFirstPauseMs);
  EXPECT_EQ(sent(), pacing::Circuit::kFewest);
}

TEST_F(RetriesTest, WaitsInLineForThePlacesOfALimit) {
  auto limited = std::make_shared<manifest::Manifest>(*hub.manifest);
  limited->rate_limits = {{.id = "jobs",
                           .paths = {"/v1/jobs"},
                           .methods = {},
                           .counts = manifest::RateLimit::Counts::kAccount,
                           .requests = 2,
                           .per_s = 2}};
  auto connector = std::make_shared<connector::Connector>();
  connector->id = "acme";
  connector->state = connector::ConnectorState::kReady;
  connector->manifest = limited;
  hub.connector = connector;
  for (int i = 0; i < 3; ++i) {
    hub.provider.answer(200, "{}");
    EXPECT_TRUE(run("get"));
  }
  EXPECT_EQ(slept, (std::vector<std::int64_t>{1'000, 1'000}));
}

}  // namespace
}  // namespace patchbay::actions
