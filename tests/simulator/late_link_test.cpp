// What the simulator's seed 1592 has found about a connect that is over too late, told again
// without chance.
#include <gtest/gtest.h>

#include <optional>

#include "base/log.h"
#include "scripted_hubs.h"

namespace patchbay::simulator {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;

// Both hubs are frozen so many steps after the first one has heard of the tokens, for longer than
// the access token lives, and saving the account fails. False when there are fewer steps.
bool is_frozen_in_vain(ScriptedHubs& hubs, int steps) {
  std::optional<accounts::LinkOutcome> outcome;
  hubs.begin_link(GrantKind::kGrace, outcome);
  EXPECT_TRUE(hubs.run_until([&] {
    return hubs.number(
               "SELECT count(*) FROM flows WHERE "
               "json_extract(state, '$.answers') > 0") == 1;
  }));
  hubs.run_until([&] { return outcome || steps-- == 0; });
  if (outcome) return false;
  hubs.disk.set_next(hubs.hub(0).life(), SharedDisk::Fault::kCommit);
  for (const int hub : {0, 1}) hubs.freeze(hub, true);
  hubs.run_for(3 * kHour);
  for (const int hub : {0, 1}) hubs.freeze(hub, false);
  EXPECT_TRUE(hubs.run_until([&] { return outcome.has_value(); }));
  hubs.run_for(10 * kMinute);
  return !outcome->account;
}

// Nothing is left of it to revoke but the refresh token, which is no token of an account's.
TEST(LateLink, EndsAGrantWhoseAccessTokenHasRunOutMeanwhile) {
  log::set_level(log::Level::kNone);
  const ConnectorShelf connectors;
  int tried = 0;
  for (bool more = true; more; ++tried) {
    ScriptedHubs hubs{connectors};
    more = is_frozen_in_vain(hubs, tried);
    if (!more) break;
    EXPECT_TRUE(hubs.book.grant(0).ended_by_hub) << "after " << tried << " steps";
    EXPECT_EQ(hubs.number("SELECT count(*) FROM flows"), 0);
    EXPECT_EQ(hubs.number("SELECT count(*) FROM revocations"), 0);
  }
  EXPECT_GE(tried, 2);
}

}  // namespace
}  // namespace patchbay::simulator
