// Requests at a provider's pace: who waits, who is turned away, what answers change.
#include "actions_test_support.h"
#include "manifest_fixture.h"
#include "pacing/paced_sender.h"

namespace patchbay::pacing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// "people": 11 in 60 s for each account, which is two at once and one in 6 s.
struct PacedSenderTest : testing::Test {
  FakeClock clock;
  std::vector<std::int64_t> slept;
  std::function<void()> meanwhile;  // happens once, during the next sleep
  bool cancelled = false;
  Pace pace{clock, {.most_waiting = 1'000, .sleep = [this](milliseconds time) -> Task<bool> {
                      slept.push_back(time.count());
                      clock.advance_ms(time.count());
                      if (const auto now = std::exchange(meanwhile, nullptr)) now();
                      co_return !cancelled;
                    }}};
  std::shared_ptr<const manifest::Manifest> manifest;
  test::ScriptedProvider provider;
  net::LoopPool loops{1};
  milliseconds patience = 10s;

  PacedSenderTest() {
    limits(
        R"({"id":"people","paths":["/v1/people"],"counts":"account","requests":11,"per_s":60,"cool_down_s":7})");
  }
  void limits(const std::string& json) {
    auto outcome = manifest::parse_manifest(manifest::replaced(
        test::acme_json("[]"),
        R"({"id":"people","paths":["/v1/people"],"counts":"account","requests":10,"per_s":60,"cool_down_s":7})",
        json));
    ASSERT_TRUE(outcome.manifest);
    manifest = outcome.manifest;
  }
  net::ClientReply send(const std::string& path = "/v1/people", const std::string& account = "a",
                        const std::string& credential = "c", milliseconds within = 30s) {
    PacedSender sender(&pace, provider, {manifest, account, credential}, patience);
    net::ClientRequest request;
    request.url = "https://api.acme.example" + path;
    return loops.block_on(sender.send(std::move(request), within));
  }
  net::ClientReply answered(unsigned status, const std::string& path = "/v1/people") {
    provider.answer(status, "{}");
    return send(path);
  }
  Target target() const {
    net::ClientRequest request;
    request.url = "https://api.acme.example/v1/people";
    return pace.target({manifest, "a", "c"}, request);
  }
};

TEST_F(PacedSenderTest, SendsWhatFitsAtOnceAndLetsTheRestWaitForItsTurn) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(answered(200).status, 200U) << i;
  EXPECT_EQ(slept, (std::vector<std::int64_t>{6'000, 6'000}));
  EXPECT_EQ(provider.requests.size(), 4U);
}

TEST_F(PacedSenderTest, TurnsAwayWhoWouldWaitTooLongAndSaysWhenToComeBack) {
  patience = 5s;
  for (int i = 0; i < 2; ++i) answered(200);
  for (int i = 0; i < 3; ++i) {
    const auto reply = send();
    EXPECT_EQ(reply.error, net::NetError::kRateLimited);
    EXPECT_EQ(reply.retry_after_ms, 6'000) << "who is turned away takes no place";
    EXPECT_FALSE(reply.maybe_processed);
    EXPECT_EQ(reply.message,
              "Acme limits how often it may be asked (people), and more requests wait already than "
              "can be served in time. Nothing was sent. Try again in 6 s, and ask for less at "
              "once.");
    EXPECT_EQ(reply.as_error().code, ErrorCode::kRateLimited);
    EXPECT_EQ(reply.as_error().retry_after_ms, 6'000);
  }
  EXPECT_EQ(provider.requests.size(), 2U);
  clock.advance_ms(6'000);
  EXPECT_EQ(answered(200).status, 200U);
}

TEST_F(PacedSenderTest, LeavesHalfOfTheTimeForTheRequestItself) {
  for (int i = 0; i < 2; ++i) answered(200);
  EXPECT_EQ(send("/v1/people", "a", "c", 11s).error, net::NetError::kRateLimited);
  provider.answer(200, "{}");
  EXPECT_TRUE(send("/v1/people", "a", "c", 12s).ok());
  EXPECT_EQ(provider.within, 6'000ms);
}

TEST_F(PacedSenderTest, AllRequestsOfACallTogetherWaitNoLongerThanItMay) {
  for (int i = 0; i < 2; ++i) answered(200);
  PacedSender sender(&pace, provider, {manifest, "a", "c"}, patience);
  const auto next = [&] {
    net::ClientRequest request;
    request.url = "https://api.acme.example/v1/people";
    return loops.block_on(sender.send(std::move(request), 30s));
  };
  provider.answer(200, "{}");
  EXPECT_TRUE(next().ok());
  EXPECT_EQ(sender.patience(), 4'000ms);
  EXPECT_EQ(next().error, net::NetError::kRateLimited);
}

TEST_F(PacedSenderTest, APauseThatBeginsWhileItWaitsIsKeptToo) {
  patience = 60s;
  for (int i = 0; i < 2; ++i) answered(200);
  meanwhile = [this] {
    net::ClientReply refused;
    refused.status = 429;
    refused.headers.set("Retry-After", "20");
    pace.learn(target(), refused);
  };
  provider.answer(200, "{}");
  EXPECT_EQ(send("/v1/people", "a", "c", 120s).status, 200U);
  EXPECT_EQ(slept, (std::vector<std::int64_t>{6'000, 20'000}));
}

TEST_F(PacedSenderTest, WhoIsCancelledWhileWaitingLeavesTheirPlaceToOthers) {
  for (int i = 0; i < 2; ++i) answered(200);
  cancelled = true;
  EXPECT_EQ(send().error, net::NetError::kCancelled);
  cancelled = false;
  EXPECT_EQ(provider.requests.size(), 2U);
  EXPECT_EQ(answered(200).status, 200U);
  EXPECT_EQ(slept.size(), 1U) << "the place was given back, and its time has come";
}

TEST_F(PacedSenderTest, ARefusalPausesItForTheCoolDownOrAsLongAsItSays) {
  patience = 5s;
  EXPECT_EQ(answered(429).status, 429U);
  EXPECT_EQ(send().retry_after_ms, 7'000 + 6'000);
  clock.advance_ms(600'000);
  provider.answer(429, "{}").headers.set("Retry-After", "40");
  EXPECT_EQ(send().status, 429U);
  EXPECT_EQ(send().retry_after_ms, 40'000 + 6'000);
  EXPECT_EQ(provider.requests.size(), 2U);
}

TEST_F(PacedSenderTest, GoesByTheProvidersOwnHeaders) {
  const auto answer = [this](const char* remaining) {
    auto& reply = provider.answer(200, "{}");
    reply.headers.set("x-ratelimit-replenish-rate", "60");
    reply.headers.set("x-ratelimit-burst-capacity", "40");
    reply.headers.set("x-ratelimit-requested-tokens", "2");
    reply.headers.set("x-ratelimit-remaining", remaining);
    return send();
  };
  for (int left = 38; left >= 0; left -= 2) answer(std::to_string(left).c_str());
  EXPECT_TRUE(slept.empty()) << "twenty at once, where the manifest says two";
  answer("0");
  EXPECT_EQ(slept, std::vector<std::int64_t>{34}) << "thirty a second";
}

TEST_F(PacedSenderTest, HeadersThatMakeNoSenseChangeNothing) {
  for (const char* senseless : {"", "0", "-5", "many", "99999999999999999999", "1000001"}) {
    auto& reply = provider.answer(200, "{}");
    reply.headers.set("x-ratelimit-replenish-rate", senseless);
    reply.headers.set("x-ratelimit-burst-capacity", senseless);
    if (std::string_view(senseless) != "0") reply.headers.set("x-ratelimit-remaining", senseless);
    clock.advance_ms(60'000);
    send();
    clock.advance_ms(6'000);
    for (int i = 0; i < 2; ++i) answered(200);
    EXPECT_TRUE(slept.empty()) << senseless;
  }
}

TEST_F(PacedSenderTest, CountsForTheAccountTheCredentialOrThisProcess) {
  patience = 0s;
  const auto rest = [](const char* counts) {
    return std::string(R"({"id":"some","paths":["/v1/*"],"requests":1,"per_s":60,"counts":")") +
           counts + "\"}";
  };
  const auto passes = [this](const std::string& account, const std::string& credential) {
    provider.answer(200, "{}");
    const bool passed = send("/v1/people", account, credential).ok();
    provider.replies.clear();
    return passed;
  };
  limits(rest("account"));
  EXPECT_TRUE(passes("a", "c"));
  EXPECT_FALSE(passes("a", "c"));
  EXPECT_TRUE(passes("b", "c"));
  clock.advance_ms(60'000);
  limits(rest("credential"));
  EXPECT_TRUE(passes("a", "c"));
  EXPECT_FALSE(passes("b", "c"));
  EXPECT_FALSE(passes("", "c")) << "nor for who connects with it";
  EXPECT_TRUE(passes("a", "d"));
  EXPECT_TRUE(passes("a", "")) << "nothing to tell credentials apart by";
  clock.advance_ms(60'000);
  limits(rest("address"));
  EXPECT_TRUE(passes("a", "c"));
  EXPECT_FALSE(passes("b", "d"));
}

TEST_F(PacedSenderTest, AnOperatorMayKnowALimitBetter) {
  patience = 0s;
  const Pace changed(
      clock,
      {.limit_changes = {{{"acme", "people"},
                          {.counts = manifest::RateLimit::Counts::kAddress, .requests = 50}}}});
  net::ClientRequest request;
  request.url = "https://api.acme.example/v1/people";
  const auto mine = changed.target({manifest, "a", "c"}, request);
  const auto theirs = changed.target({manifest, "b", "d"}, request);
  ASSERT_EQ(mine.buckets.size(), 1U);
  EXPECT_EQ(mine.buckets[0].key, theirs.buckets[0].key) << "counts by address now";
  EXPECT_EQ(mine.buckets[0].limit->id, "people");
  EXPECT_EQ(mine.buckets[0].limit->rate.capacity, 10);
  EXPECT_EQ(mine.buckets[0].limit->cool_down_s, 7U) << "as in the manifest";
}

TEST_F(PacedSenderTest, ARefusalByOneOfSeveralLimitsLeavesTheOthersOpen) {
  patience = 0s;
  limits(
      R"({"id":"all","paths":["/v1/*"],"counts":"account","requests":1000,"per_s":60},)"
      R"({"id":"people","paths":["/v1/people"],"counts":"account","requests":10,"per_s":60,"cool_down_s":7})");
  EXPECT_EQ(answered(429).status, 429U);
  EXPECT_EQ(send().error, net::NetError::kRateLimited);
  EXPECT_EQ(answered(200, "/v1/sites").status, 200U);
}

TEST_F(PacedSenderTest, WhereTheManifestNamesNoLimitARefusalMakesAPause) {
  patience = 0s;
  EXPECT_EQ(answered(429, "/v2/jobs/1").status, 429U);
  EXPECT_EQ(send("/v2/jobs/2").error, net::NetError::kRateLimited);
  EXPECT_EQ(answered(200, "/v2/sites").status, 200U);
  clock.advance_ms(1'001);
  EXPECT_EQ(answered(200, "/v2/jobs/2").status, 200U);
}

TEST_F(PacedSenderTest, AsksAFailingProviderOnlyNowAndThen) {
  limits(R"({"id":"other","paths":["/other"],"counts":"account","requests":1,"per_s":1})");
  for (unsigned i = 0; i < Circuit::kFewest; ++i) answered(503);
  const auto held = send();
  EXPECT_EQ(held.error, net::NetError::kCircuitOpen);
  EXPECT_EQ(held.retry_after_ms, Circuit::kFirstPauseMs);
  EXPECT_EQ(held.message,
            "Acme (api.acme.example) failed most of the time in the last half minute, so the hub "
            "only looks now and then whether it is back. Nothing was sent. Try again in 5 s.");
  EXPECT_EQ(held.as_error().code, ErrorCode::kUnavailable);
  clock.advance_ms(Circuit::kFirstPauseMs);
  for (unsigned i = 0; i < Circuit::kToClose; ++i) EXPECT_EQ(answered(200).status, 200U);
  EXPECT_EQ(answered(200).status, 200U);
}

TEST(OutcomeOf, BlamesTheProviderForWhatIsItsFaultAlone) {
  net::ClientReply reply;
  for (const unsigned good : {200U, 400U, 401U, 404U, 429U, 500U}) {
    reply.status = good;
    EXPECT_EQ(outcome_of(reply), Circuit::Outcome::kGood) << good;
  }
  for (const unsigned bad : {502U, 503U, 504U}) {
    reply.status = bad;
    EXPECT_EQ(outcome_of(reply), Circuit::Outcome::kFailed) << bad;
  }
  reply.status = 0;
  for (const auto bad : {net::NetError::kDns, net::NetError::kConnect, net::NetError::kTls,
                         net::NetError::kTimeout, net::NetError::kReset}) {
    reply.error = bad;
    EXPECT_EQ(outcome_of(reply), Circuit::Outcome::kFailed) << to_string(bad);
  }
  for (const auto ours : {net::NetError::kPolicy, net::NetError::kCancelled,
                          net::NetError::kTooLarge, net::NetError::kTlsCertificate}) {
    reply.error = ours;
    EXPECT_EQ(outcome_of(reply), Circuit::Outcome::kUnknown) << to_string(ours);
  }
}

}  // namespace
}  // namespace patchbay::pacing
