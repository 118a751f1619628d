// Work that one process at a time may do on a store: a second one is refused, and the kernel or the
// server gives it back when the first ends, however that comes.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "store/task_lock.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

struct TaskLockTest : testing::TestWithParam<Kind> {
  TestPlace place{GetParam()};
};

TEST_P(TaskLockTest, ASecondOneIsRefusedUntilTheFirstHasEnded) {
  auto first = TaskLock::take(place.location(), "import");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->check());
  const auto second = TaskLock::take(place.location(), "import");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find("under way"), std::string::npos);
  EXPECT_TRUE(TaskLock::take(place.location(), "export")) << "another task";
  const TestPlace elsewhere(GetParam());
  EXPECT_TRUE(TaskLock::take(elsewhere.location(), "import")) << "another store";
  {
    const auto gone = *std::move(first);
  }
  EXPECT_TRUE(TaskLock::take(place.location(), "import"));
}

TEST_P(TaskLockTest, HubsUseTheStoreMeanwhile) {
  const auto lock = TaskLock::take(place.location(), "import");
  ASSERT_TRUE(lock);
  EXPECT_TRUE(migrate(*place.open()));
}

TEST_P(TaskLockTest, AProcessThatIsKilledGivesItBack) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = TaskLock::take(place.location(), "import");
    ::raise(lock ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  for (int i = 0; i < 500; ++i) {  // the server notices within moments
    if (TaskLock::take(place.location(), "import")) return;
    ::usleep(10'000);
  }
  FAIL() << "it is held for ever";
}

INSTANTIATE_TEST_SUITE_P(Every, TaskLockTest, every_kind, name_of_kind);

TEST(TaskLock, ALostConnectionIsNoticed) {
  const TestPlace place(Kind::kPostgres);
  const auto lock = TaskLock::take(place.location(), "import");
  ASSERT_TRUE(lock) << lock.error().message;
  ASSERT_TRUE(place.open()->query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "current_setting('application_name') AND pid <> pg_backend_pid()"));
  EXPECT_FALSE(lock->check());
}

}  // namespace
}  // namespace patchbay::store
