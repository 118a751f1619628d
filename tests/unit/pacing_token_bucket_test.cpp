// A bucket that promises, and the rates that keep a manifest's limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

#include "manifest/parse.h"
#include "manifest_fixture.h"
#include "pacing/provider_limits.h"
#include "pacing/token_bucket.h"

namespace patchbay::pacing {
namespace {

constexpr std::int64_t kNow = 5'000'000;

TEST(TokenBucket, LetsItsCapacityPassAtOnceAndTheRestOneByOne) {
  TokenBucket bucket({.capacity = 2, .per_ms = 0.01}, kNow);
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 4; ++i) {
    waits.push_back(bucket.wait_ms(kNow));
    bucket.take(kNow);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 0, 100, 200}));
  EXPECT_EQ(bucket.promised(kNow), 2);
  EXPECT_EQ(bucket.promised(kNow + 200), 0);
}

TEST(TokenBucket, IsFullAgainAndNoMoreAfterARest) {
  TokenBucket bucket({.capacity = 2, .per_ms = 0.01}, kNow);
  EXPECT_TRUE(bucket.is_full(kNow));
  bucket.take(kNow);
  EXPECT_FALSE(bucket.is_full(kNow + 99));
  EXPECT_TRUE(bucket.is_full(kNow + 100));
  for (int i = 0; i < 2; ++i) bucket.take(kNow + 1'000'000);
  EXPECT_EQ(bucket.wait_ms(kNow + 1'000'000), 100);
}

TEST(TokenBucket, WhatIsGivenBackIsThereForTheNext) {
  TokenBucket bucket({.capacity = 1, .per_ms = 0.01}, kNow);
  bucket.take(kNow);
  bucket.take(kNow);
  bucket.give_back(kNow);
  EXPECT_EQ(bucket.wait_ms(kNow), 100);
  bucket.give_back(kNow);
  bucket.give_back(kNow);
  bucket.take(kNow);
  EXPECT_EQ(bucket.wait_ms(kNow), 100) << "and never more than fits in";
}

TEST(TokenBucket, ClosedItGivesNothingAndStartsEmpty) {
  TokenBucket bucket({.capacity = 5, .per_ms = 0.01}, kNow);
  bucket.close_until(kNow + 60'000, kNow);
  EXPECT_TRUE(bucket.is_closed(kNow + 59'999));
  EXPECT_FALSE(bucket.is_closed(kNow + 60'000));
  EXPECT_FALSE(bucket.is_full(kNow + 30'000));
  EXPECT_EQ(bucket.wait_ms(kNow), 60'100);
  bucket.close_until(kNow + 1'000, kNow);
  EXPECT_TRUE(bucket.is_closed(kNow + 59'999)) << "a shorter pause ends no longer one";
}

TEST(TokenBucket, GoesByWhatTheProviderSays) {
  TokenBucket bucket({.capacity = 6, .per_ms = 0.024}, kNow);
  bucket.take(kNow);
  bucket.correct(BucketRate{30, 0.03}, 29, kNow);
  for (int i = 0; i < 29; ++i) {
    EXPECT_EQ(bucket.wait_ms(kNow), 0) << i;
    bucket.take(kNow);
  }
  EXPECT_EQ(bucket.wait_ms(kNow), 34);
}

TEST(TokenBucket, LowersItselfWhereOthersDrawFromTheSame) {
  TokenBucket bucket({.capacity = 30, .per_ms = 0.03}, kNow);
  bucket.correct(std::nullopt, 0, kNow);
  EXPECT_EQ(bucket.wait_ms(kNow), 34);
  bucket.correct(std::nullopt, 25, kNow);
  EXPECT_EQ(bucket.wait_ms(kNow), 34) << "an older answer that comes late raises nothing";
}

manifest::RateLimit limit(std::uint32_t requests, std::uint32_t per_s, std::uint32_t burst = 0) {
  manifest::RateLimit made;
  made.id = "some";
  made.paths = {"/v1/people"};
  made.requests = requests;
  made.per_s = per_s;
  made.burst = burst;
  return made;
}

// The most requests that pass in any window of this length, by somebody who asks as often as they
// may, at irregular times.
std::size_t most_in_any_window(BucketRate rate, std::int64_t window_ms) {
  std::mt19937 random(17);
  TokenBucket bucket(rate, kNow);
  std::deque<std::int64_t> passed;
  std::size_t most = 0;
  for (std::int64_t now = kNow; now < kNow + 20 * window_ms;
       now += static_cast<std::int64_t>(random() % static_cast<unsigned>(window_ms / 50 + 1)) + 1) {
    if (random() % 40 == 0) now += window_ms;  // a rest, so that it is full again
    while (bucket.wait_ms(now) == 0) {
      bucket.take(now);
      passed.push_back(now);
      while (passed.front() <= now - window_ms) passed.pop_front();
      most = std::max(most, passed.size());
    }
  }
  return most;
}

TEST(RateOf, LetsNeverMoreThanTheLimitPassWhereverAWindowBegins) {
  for (const auto& wanted :
       {limit(150, 60), limit(60, 60), limit(2000, 60), limit(300, 60, 15), limit(20, 60),
        limit(30, 1), limit(1, 1), limit(2, 10), limit(5, 3600)}) {
    const auto most = most_in_any_window(rate_of(wanted), wanted.per_s * 1000);
    EXPECT_LE(most, wanted.requests) << wanted.requests << " in " << wanted.per_s << " s";
    EXPECT_GE(most, (wanted.requests * 3 + 3) / 4) << "and leaves little of it unused";
  }
}

TEST(RateOf, KeepsTheBurstInEachSecond) {
  for (const auto& wanted : {limit(300, 60, 15), limit(1000, 10, 3), limit(100, 60, 1)})
    EXPECT_LE(most_in_any_window(rate_of(wanted), 1000), wanted.burst);
}

TEST(PauseMs, IsTheCoolDownOrGrowsUpToTheWindow) {
  EXPECT_EQ(pause_ms(60, 60, 1), 60'000);
  EXPECT_EQ(pause_ms(60, 60, 3), 60'000);
  EXPECT_EQ(pause_ms(0, 60, 1), 1'000);
  EXPECT_EQ(pause_ms(0, 60, 3), 4'000);
  EXPECT_EQ(pause_ms(0, 60, 400), 60'000);
  EXPECT_EQ(pause_ms(0, 1, 9), 1'000);
}

struct LimitsFor : testing::Test {
  static std::vector<std::string> names(const std::string& limits, std::string_view method,
                                        std::string_view path) {
    const auto outcome = manifest::parse_manifest(manifest::replaced(
        manifest::small_manifest(),
        R"({"id":"all","paths":["/v1/*"],"counts":"account","requests":10,"per_s":1})", limits));
    EXPECT_TRUE(outcome.manifest);
    std::vector<std::string> found;
    for (const auto* limit : limits_for(*outcome.manifest, method, path))
      found.push_back(limit->id);
    return found;
  }
};

TEST_F(LimitsFor, GoesByMethodAndPath) {
  const std::string limits =
      R"({"id":"all","paths":["/v1/*"],"counts":"address","requests":10,"per_s":1},)"
      R"({"id":"person","paths":["/v1/people","/v1/people/{id}"],"methods":["GET"],)"
      R"("counts":"account","requests":10,"per_s":1})";
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(limits, "GET", "/v1/people"), (Names{"all", "person"}));
  EXPECT_EQ(names(limits, "GET", "/v1/people/17"), (Names{"all", "person"}));
  EXPECT_EQ(names(limits, "GET", "/v1/people/17/jobs"), Names{"all"});
  EXPECT_EQ(names(limits, "GET", "/v1/people/"), (Names{"all"}));
  EXPECT_EQ(names(limits, "POST", "/v1/people"), Names{"all"});
  EXPECT_EQ(names(limits, "GET", "/v2/people"), Names{});
  EXPECT_EQ(names(limits, "GET", ""), Names{});
}

}  // namespace
}  // namespace patchbay::pacing
