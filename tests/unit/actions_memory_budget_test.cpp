#include <gtest/gtest.h>

#include "actions/memory_budget.h"

namespace patchbay::actions {
namespace {

TEST(MemoryBudget, GivesAProjectHalfAndAllOfThemAll) {
  const MemoryBudget budget(100);
  const auto first = budget.take("prj_1", 50);
  EXPECT_NE(first, nullptr);
  EXPECT_EQ(budget.take("prj_1", 1), nullptr) << "more than half";
  const auto other = budget.take("prj_2", 50);
  EXPECT_NE(other, nullptr);
  EXPECT_EQ(budget.take("prj_3", 1), nullptr) << "nothing left";
}

TEST(MemoryBudget, HasBackWhatIsLetGo) {
  const MemoryBudget budget(100);
  for (int i = 0; i < 5; ++i) {
    auto taken = budget.take("prj_1", 40);
    ASSERT_NE(taken, nullptr) << i;
    const auto copy = taken;
    taken.reset();
    EXPECT_EQ(budget.take("prj_1", 40), nullptr) << "a copy holds it";
  }
}

TEST(MemoryBudget, OutlivesItself) {
  std::shared_ptr<void> taken;
  {
    const MemoryBudget budget(10);
    taken = budget.take("prj_1", 5);
  }
  taken.reset();
}

TEST(MemoryBudget, GivesNothingForNothingAndNoneThatIsLargerThanAll) {
  const MemoryBudget none(0);
  EXPECT_NE(none.take("prj_1", 0), nullptr);
  EXPECT_EQ(none.take("prj_1", 1), nullptr);
  EXPECT_EQ(MemoryBudget(100).take("prj_1", 51), nullptr);
}

TEST(MemoryBudget, GivesByAnotherTotalFromNowOn) {
  MemoryBudget budget(100);
  auto first = budget.take("prj_1", 50);
  budget.resize(200);
  EXPECT_NE(budget.take("prj_1", 50), nullptr);
  EXPECT_EQ(budget.take("prj_1", 51), nullptr) << "more than half of it";
  budget.resize(40);
  EXPECT_EQ(budget.take("prj_2", 1), nullptr) << "more than that is out";
  first.reset();
  const auto other = budget.take("prj_2", 20);
  EXPECT_NE(other, nullptr);
  EXPECT_EQ(budget.take("prj_1", 21), nullptr);
  budget.resize(0);
  EXPECT_EQ(budget.take("prj_3", 1), nullptr);
}

}  // namespace
}  // namespace patchbay::actions
