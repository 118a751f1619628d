#include <gtest/gtest.h>

#include "accounts/rotation.h"

namespace patchbay::accounts {
namespace {

constexpr std::int64_t kThen = 1'000'000;

store::RefreshLease presented(std::int64_t times) {
  store::RefreshLease lease;
  lease.presented = times;
  lease.presented_at = times == 0 ? 0 : kThen;
  return lease;
}

TEST(Rotation, AnUnspentTokenMayBePresentedWhateverTheManifestSays) {
  for (const auto grace : {std::optional<std::uint32_t>(), std::optional<std::uint32_t>(30)}) {
    const auto first = may_present(presented(0), grace, kThen);
    EXPECT_TRUE(first.allowed);
    EXPECT_FALSE(first.within);
  }
}

TEST(Rotation, WithoutAGraceThereIsNoSecondTime) {
  EXPECT_FALSE(may_present(presented(1), std::nullopt, kThen).allowed);
}

TEST(Rotation, WithAGraceThereIsOneSecondTimeWithinIt) {
  const auto second = may_present(presented(1), 30, kThen + 10'000);
  EXPECT_TRUE(second.allowed);
  EXPECT_EQ(second.within, std::chrono::seconds(20));
  EXPECT_FALSE(may_present(presented(1), 30, kThen + 30'000).allowed) << "it is over";
  EXPECT_FALSE(may_present(presented(2), 30, kThen + 10'000).allowed) << "a third time";
}

TEST(Rotation, AClockThatWasSetBackLeavesNoGrace) {
  EXPECT_FALSE(may_present(presented(1), 30, kThen - 1).allowed);
}

}  // namespace
}  // namespace patchbay::accounts
