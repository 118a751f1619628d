// kill -9 in the middle of transactions: what was acknowledged is there after the restart, and
// nothing is there by half.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include "base/fd.h"
#include "store/store.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

// Each transaction writes two rows. Acknowledges by one byte after the store did.
[[noreturn]] void write_until_killed(const StoreLocation& location, int acknowledge) {
  auto store = open_store(location);
  for (int i = 0; store; ++i) {
    const auto done = (*store)->transact_blocking([i](Database& db) -> Result<void> {
      const std::string id = std::to_string(i);
      PATCHBAY_TRY(projects_table::insert(db, {id + "a", std::string(2'000, 'x'), i}));
      return projects_table::insert(db, {id + "b", std::string(2'000, 'x'), i});
    });
    if (!done || ::write(acknowledge, "+", 1) != 1) break;
  }
  ::_exit(1);
}

// Returns how many transactions were acknowledged before the child was killed.
int run_and_kill(const StoreLocation& location, int after) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe(ends), 0);
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) write_until_killed(location, writing.get());
  writing.reset();
  int acknowledged = 0;
  char byte = 0;
  while (acknowledged < after && ::read(reading.get(), &byte, 1) == 1) ++acknowledged;
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  while (::read(reading.get(), &byte, 1) == 1) ++acknowledged;
  return acknowledged;
}

struct StoreCrashTest : testing::TestWithParam<Kind> {};

TEST_P(StoreCrashTest, AcknowledgedTransactionsSurviveKillNineAndNoneIsHalfThere) {
  const auto rounds = GetParam() == Kind::kSqlite ? std::vector{1, 2, 7, 40, 300}
                                                  // 300: past the first checkpoint
                                                  : std::vector{1, 7, 40};
  for (const int after : rounds) {
    const TestPlace place(GetParam());
    const int acknowledged = run_and_kill(place.location(), after);
    ASSERT_GE(acknowledged, after);
    const auto db = place.open_migrated();
    for (int i = 0; i < acknowledged; ++i) {
      for (const auto* half : {"a", "b"}) {
        const auto row = projects_table::find(*db, std::to_string(i) + half);
        ASSERT_TRUE(row && row->has_value()) << i << half << " of " << acknowledged;
      }
    }
    EXPECT_EQ(projects_table::list(*db)->size() % 2, 0U);
    if (GetParam() == Kind::kSqlite)
      EXPECT_EQ(db->query("PRAGMA integrity_check")->front().text(0), "ok");
  }
}

INSTANTIATE_TEST_SUITE_P(Every, StoreCrashTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
