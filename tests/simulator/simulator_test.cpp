// The simulator itself: that a seed decides everything.
#include <gtest/gtest.h>

#include "base/log.h"
#include "simulation.h"

namespace patchbay::simulator {
namespace {

class Simulator : public testing::Test {
 protected:
  static void SetUpTestSuite() { log::set_level(log::Level::kNone); }

  Report run(std::uint64_t seed) {
    lines.clear();
    Options options;
    options.seed = seed;
    options.days = 10;
    options.echo = [this](std::string_view line) { lines.emplace_back(line); };
    return Simulation(options, connectors).run();
  }

  const ConnectorShelf connectors;
  std::vector<std::string> lines;
};

TEST_F(Simulator, TheSameSeedGivesTheSameTrace) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto first = run(seed);
    const auto first_lines = lines;
    const auto second = run(seed);
    EXPECT_EQ(lines, first_lines);
    EXPECT_EQ(second.hash, first.hash);
    EXPECT_EQ(second.steps, first.steps);
  }
}

TEST_F(Simulator, AnotherSeedGivesAnotherTrace) {
  EXPECT_NE(run(1).hash, run(2).hash);
}

TEST_F(Simulator, DoesWhatItIsFor) {
  Report sum;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto report = run(seed);
    sum.kills += report.kills;
    sum.freezes += report.freezes;
    sum.work.linked += report.work.linked;
    sum.work.waited += report.work.waited;
    sum.work.served += report.work.served;
    sum.work.suspended += report.work.suspended;
    sum.work.unlinked += report.work.unlinked;
  }
  EXPECT_GT(sum.kills, 10U);
  EXPECT_GT(sum.freezes, 10U);
  EXPECT_GT(sum.work.linked, 10U);
  EXPECT_GT(sum.work.waited, 10U);
  EXPECT_GT(sum.work.served, 100U);
  EXPECT_GT(sum.work.suspended, 5U);
  EXPECT_GT(sum.work.unlinked, 5U);
}

}  // namespace
}  // namespace patchbay::simulator
