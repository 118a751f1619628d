// All buckets of a process: which are kept, which are dropped.
#include <gtest/gtest.h>

#include "pacing/bucket_table.h"

namespace patchbay::pacing {
namespace {

constexpr BucketTable::Terms kAnyTime{.longest_wait_ms = 1'000'000'000, .most_promised = 1e9};

Limit limit(std::uint32_t requests, std::uint32_t per_s) {
  manifest::RateLimit made;
  made.requests = requests;
  made.per_s = per_s;
  return Limit(made);
}

Counted counted(std::optional<Limit> limit, int who = 0) {
  return {bucket_key({"acme", "some", std::to_string(who)}), limit};
}

struct BucketTableTest : testing::Test {
  BucketTable table;
  std::int64_t now = 5'000'000;
};

TEST(BucketKeyTest, TellsPartsApart) {
  EXPECT_EQ(bucket_key({"a", "b"}), bucket_key({"a", "b"}));
  EXPECT_NE(bucket_key({"a", "b"}), bucket_key({"ab", ""}));
  EXPECT_NE(bucket_key({"a", "b"}), bucket_key({"b", "a"}));
}

TEST_F(BucketTableTest, BoundsTheWaitAndTheLine) {
  const auto one_a_second = limit(1, 1);
  const auto who = counted(one_a_second);
  const BucketTable::Terms terms{.longest_wait_ms = 60'000, .most_promised = 2};
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 3; ++i) {
    const auto offer = table.take(who, terms, now);
    EXPECT_TRUE(offer.granted);
    waits.push_back(offer.wait_ms);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 1'000, 2'000}));
  EXPECT_FALSE(table.take(who, terms, now).granted) << "two wait";
  const auto impatient = table.take(who, {.longest_wait_ms = 2'999, .most_promised = 9}, now);
  EXPECT_FALSE(impatient.granted);
  EXPECT_EQ(impatient.wait_ms, 3'000);
}

TEST_F(BucketTableTest, AccountsThatRestCostNothing) {
  const auto often = limit(30, 1);
  std::size_t most = 0;
  for (int i = 0; i < 100'000; ++i) {
    (void)table.take(counted(often, i), kAnyTime, now);
    if (i % 10 == 0) now += 10;  // a thousand accounts a second
    if (i % 1'000 == 0) most = std::max(most, table.size());
  }
  EXPECT_LT(most, 64 * 64U) << "parts of less than 64 are not looked through";
}

// One of the table's parts stands for all: the keys are chosen to fall into it.
TEST_F(BucketTableTest, IsBoundedWhereNoneRests) {
  constexpr std::size_t kParts = 64;
  const auto seldom = limit(1, 31'536'000);
  std::size_t most = 0;
  for (std::size_t i = 0; i < 50'000; ++i) {
    const Counted who{{i * 0x9e3779b97f4a7c15U, i * kParts}, seldom};
    (void)table.take(who, kAnyTime, now);
    most = std::max(most, i % 100 == 0 ? table.size() : 0);
  }
  EXPECT_LE(most, BucketTable::kMost / kParts);
  EXPECT_GT(table.size(), BucketTable::kMost / kParts / 2);
}

TEST_F(BucketTableTest, WhereTheManifestNamesNoLimitAnswersMake) {
  const auto who = counted(std::nullopt);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(table.take(who, kAnyTime, now).wait_ms, 0);
  EXPECT_EQ(table.size(), 0U);
  table.learn(who, {.refused = true, .retry_after_ms = 7'000, .rate = {}, .remaining = {}}, now);
  EXPECT_TRUE(table.is_closed(who, now + 6'999));
  EXPECT_FALSE(table.is_closed(who, now + 7'000));
}

TEST_F(BucketTableTest, RefusalsInARowPauseItLongerAndAGoodAnswerEndsTheRow) {
  const auto many = limit(150, 60);
  const auto who = counted(many);
  const LiveLimits refused{.refused = true, .retry_after_ms = 0, .rate = {}, .remaining = {}};
  for (const std::int64_t pause : {1'000, 2'000, 4'000}) {
    table.learn(who, refused, now);
    EXPECT_TRUE(table.is_closed(who, now + pause - 1)) << pause;
    EXPECT_FALSE(table.is_closed(who, now + pause)) << pause;
    now += pause;
  }
  table.learn(who, {}, now);
  table.learn(who, refused, now);
  EXPECT_FALSE(table.is_closed(who, now + 1'000));
}

// One of the table's parts, as above.
Counted in_one_part(std::size_t i, std::optional<Limit> limit) {
  return {{i * 0x9e3779b97f4a7c15U, i * 64}, limit};
}

TEST_F(BucketTableTest, ARateThatAnswersCorrectedOutlivesARest) {
  const auto manifests = limit(1, 60);
  const auto who = in_one_part(0, manifests);
  const LiveLimits seen{
      .refused = false, .retry_after_ms = 0, .rate = BucketRate{30, 0.03}, .remaining = 29};
  (void)table.take(who, kAnyTime, now);
  table.learn(who, seen, now);
  const auto rest = [&](std::int64_t ms) {
    now += ms;
    for (std::size_t i = 1; i < 1'000; ++i) {  // others make the table look through itself
      (void)table.take(in_one_part(i, manifests), kAnyTime, now);
      table.give_back(in_one_part(i, manifests), now);
    }
  };
  rest(60'000);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(table.take(who, kAnyTime, now).wait_ms, 0) << i;
  rest(BucketTable::kLearnedMs);
  EXPECT_EQ(table.take(who, kAnyTime, now).wait_ms, 0);
  EXPECT_GT(table.take(who, kAnyTime, now).wait_ms, 0) << "nothing has confirmed it for an hour";
}

TEST_F(BucketTableTest, LearnedRatesAreKeptWhileThereIsRoom) {
  constexpr std::size_t kParts = 64;
  const auto manifests = limit(1, 60);
  const LiveLimits seen{
      .refused = false, .retry_after_ms = 0, .rate = BucketRate{30, 0.03}, .remaining = {}};
  std::size_t most = 0;
  for (std::size_t i = 0; i < 50'000; ++i) {
    table.learn(in_one_part(i, manifests), seen, now);
    now += 1;
    if (i % 100 == 0) most = std::max(most, table.size());
  }
  EXPECT_LE(most, BucketTable::kMost / kParts);
  EXPECT_GT(most, BucketTable::kMost / kParts / 4);
}

}  // namespace
}  // namespace patchbay::pacing
