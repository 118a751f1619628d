// A provider that is away for a day, accounts that are unlinked meanwhile, hubs that are killed:
// every revocation is delivered when it is back. The long form (results.md has its last result):
//   PATCHBAY_OUTAGE_REVOCATIONS=1000 PATCHBAY_OUTAGE_RESTARTS=20
//   build/release/bin/patchbay_simulator_tests --gtest_filter='OutageDay*'
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.h"
#include "simulation.h"

namespace patchbay::simulator {
namespace {

int number_from(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

TEST(OutageDay, EveryAccountUnlinkedMeanwhileIsRevokedAtTheProvider) {
  log::set_level(log::Level::kNone);
  const ConnectorShelf connectors;
  Options options;
  options.days = 3;
  options.outage_day = {.accounts = number_from("PATCHBAY_OUTAGE_REVOCATIONS", 30),
                        .restarts = number_from("PATCHBAY_OUTAGE_RESTARTS", 4)};
  const auto report = Simulation(options, connectors).run();
  ASSERT_FALSE(report.violation) << report.violation->rule << ": " << report.violation->what;
  const auto accounts = static_cast<std::size_t>(options.outage_day->accounts);
  EXPECT_EQ(report.work.linked, accounts);
  EXPECT_EQ(report.revoked_grants, accounts);
  EXPECT_EQ(report.kills, static_cast<std::uint64_t>(options.outage_day->restarts));
}

}  // namespace
}  // namespace patchbay::simulator
