// The power goes at any moment of a hub's work: what the store acknowledged is there afterwards,
// the database opens and is whole, every sealed value opens, and no transaction is there by half.
//
// PATCHBAY_POWER_CUTS=1000 build/release/bin/patchbay_durability_tests --gtest_filter='PowerCut*'
// is the long form (README.md holds its last result); PATCHBAY_SEED=N begins with another seed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "machine.h"

namespace patchbay::durability {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Outcome {
  std::uint64_t cuts = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t losses = 0;
  std::string first_loss;  // with its seed
};

// One database after another, ten cuts each.
Outcome cut_again_and_again(Machine::Synchronous synchronous, std::uint64_t cuts, bool lose_all) {
  constexpr int kCutsOfADatabase = 10;
  Outcome outcome;
  for (auto seed = number_from("PATCHBAY_SEED", 1); outcome.cuts < cuts; ++seed) {
    Machine machine(seed, synchronous);
    machine.disk().lose_everything_unsynced(lose_all);
    std::mt19937_64 draw(seed);
    for (int i = 0; i < kCutsOfADatabase && outcome.cuts < cuts; ++i) {
      // Near ones meet opening and recovery, far ones several transactions and checkpoints.
      machine.disk().cut_at(1 + draw() % (i % 2 == 0 ? 40 : 400));
      auto running = machine.open();
      while (running) {
        running = draw() % 16 == 0 ? machine.migrate() : machine.step();
        if (!running && !machine.disk().is_off())
          ADD_FAILURE() << "seed " << seed << ": " << running.error().message;
      }
      ++outcome.cuts;
      const auto wrong = machine.after_power_cut();
      if (wrong.empty()) continue;
      ++outcome.losses;
      if (outcome.first_loss.empty())
        outcome.first_loss =
            "seed " + std::to_string(seed) + ", cut " + std::to_string(i) + ": " + wrong;
      break;  // from here on the twin is another database
    }
    outcome.acknowledged += machine.acknowledged();
  }
  return outcome;
}

TEST(PowerCutTest, NothingAcknowledgedIsLostAndNothingIsThereByHalf) {
  const auto cuts = number_from("PATCHBAY_POWER_CUTS", 100);
  const auto outcome = cut_again_and_again(Machine::Synchronous::kAsShipped, cuts, false);
  EXPECT_EQ(outcome.losses, 0U) << outcome.first_loss;
  EXPECT_GT(outcome.acknowledged, cuts);
  std::cout << outcome.cuts << " power cuts, " << outcome.acknowledged
            << " acknowledged transactions, " << outcome.losses << " losses\n";
}

TEST(PowerCutTest, ADiskThatLosesAllThatWasNotSyncedTakesNothingAcknowledged) {
  const auto cuts = number_from("PATCHBAY_POWER_CUTS", 100) / 2;
  const auto outcome = cut_again_and_again(Machine::Synchronous::kAsShipped, cuts, true);
  EXPECT_EQ(outcome.losses, 0U) << outcome.first_loss;
}

// The same cuts, the same script: proves that they can tell.
TEST(PowerCutTest, WithSynchronousNormalAcknowledgedTransactionsAreLost) {
  const auto cuts = number_from("PATCHBAY_POWER_CUTS", 100);
  const auto outcome = cut_again_and_again(Machine::Synchronous::kNormal, cuts, true);
  EXPECT_GT(outcome.losses, cuts / 10);
  std::cout << outcome.cuts
            << " power cuts with synchronous = NORMAL: acknowledged transactions lost in "
            << outcome.losses << "\n";
}

TEST(PowerCutTest, TheSameSeedMeetsTheSameFate) {
  const auto run = [] { return cut_again_and_again(Machine::Synchronous::kNormal, 20, false); };
  const auto once = run();
  const auto again = run();
  EXPECT_EQ(once.acknowledged, again.acknowledged);
  EXPECT_EQ(once.first_loss, again.first_loss);
}

}  // namespace
}  // namespace patchbay::durability
