// Every planted bug is found, by the rule it breaks, within a bounded number of seeds.
#include "planted_bugs.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string_view>

#include "base/log.h"
#include "simulation.h"

namespace patchbay::simulator {

int planted_bug = 0;

namespace {

constexpr std::uint64_t kMostSeeds = 200;

struct Bug {
  int number;
  std::string_view rule;  // that it breaks, as invariants.h names it
  std::string_view what;
  std::string_view or_rule{};  // where chance decides which of two is broken first
};
void PrintTo(const Bug& bug, std::ostream* out) {
  *out << bug.what;
}

constexpr Bug kBugs[] = {
    {1, "no orphan", "an answer with a token is not written down before the flow goes on"},
    {2, "no orphan", "a reconnect forgets to revoke the old tokens"},
    {3, "not revoked", "a save of unknown outcome is taken for a failed one"},
    {4, "no orphan", "what a refused or cancelled connect had minted is not revoked"},
    {5, "no orphan", "a cancelled flow is not told of answers that were under way"},
    {6, "no orphan", "the generation fences nothing"},
    {7, "no orphan", "unlinking forgets to revoke the tokens"},
    {8, "served", "a suspension is acknowledged before the other hubs know"},
    {9, "no orphan", "a revocation that failed is taken for done"},
    {10, "no orphan", "a recovered flow's tokens are not revoked"},
    {11, "not revoked", "a refresh that another hub took for abandoned is stored"},
    {12, "limits", "Retry-After is not obeyed"},
    {13, "no orphan", "what a failed refresh had minted is not revoked"},
    {14, "presented once", "a rotating token is presented again whatever came of it"},
    {15, "served", "a serving lease never runs out"},
    {16, "presented once", "a lost answer is taken for a request that was not processed"},
    {17, "presented once", "the intent to present a rotating token is not written down"},
    {18, "no orphan", "unlinking overtakes a refresh"},
    // Who comes second presents the code again, or reconnects with the same grant, which the first
    // one's revocation ends.
    {19, "not revoked", "a connect that waits is taken up by everybody who comes back",
     "presented once"},
    {20, "waits", "a connect that waits is taken for interrupted"},
    {21, "limits", "nobody waits in line for a provider's rate limit"},
    {22, "limits", "a provider that is down is asked on and on"},
    {23, "limits", "retries are not counted"},
    {24, "served", "an action's request leaves although access was changed meanwhile"},
};

class PlantedBugs : public testing::TestWithParam<Bug> {
 protected:
  PlantedBugs() {
    log::set_level(log::Level::kNone);
    planted_bug = GetParam().number;
  }
  ~PlantedBugs() override { planted_bug = 0; }
};

TEST_P(PlantedBugs, IsFound) {
  const ConnectorShelf connectors;
  for (std::uint64_t seed = 1; seed <= kMostSeeds; ++seed) {
    Options options;
    options.seed = seed;
    const auto report = Simulation(options, connectors).run();
    if (!report.violation) continue;
    EXPECT_TRUE(report.violation->rule == GetParam().rule ||
                report.violation->rule == GetParam().or_rule)
        << "seed " << seed << ", " << report.violation->rule << ": " << report.violation->what;
    RecordProperty("seed", static_cast<int>(seed));
    return;
  }
  FAIL() << "not found in " << kMostSeeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedBugs, testing::ValuesIn(kBugs),
                         [](const auto& bug) { return "Bug" + std::to_string(bug.param.number); });

}  // namespace
}  // namespace patchbay::simulator
