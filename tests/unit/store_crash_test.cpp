// kill -9 in the middle of transactions: what was acknowledged is there after the restart, and
// nothing is there by half.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/fd.h"
#include "store/store.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

// Each transaction writes two rows. Acknowledges by one byte after the store did.
[[noreturn]] void write_until_killed(const std::string& path, int acknowledge) {
  SqliteOptions options;
  options.path = path;
  auto store = open_sqlite_store(options);
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
int run_and_kill(const std::string& path, int after) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe(ends), 0);
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) write_until_killed(path, writing.get());
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

TEST(StoreCrashTest, AcknowledgedTransactionsSurviveKillNineAndNoneIsHalfThere) {
  for (const int after : {1, 2, 7, 40, 300}) {  // 300: past the first checkpoint
    const TestFolder folder;
    const int acknowledged = run_and_kill(folder.file(), after);
    ASSERT_GE(acknowledged, after);
    const auto db = migrated(folder.file());
    for (int i = 0; i < acknowledged; ++i) {
      for (const auto* half : {"a", "b"}) {
        const auto row = projects_table::find(*db, std::to_string(i) + half);
        ASSERT_TRUE(row && row->has_value()) << i << half << " of " << acknowledged;
      }
    }
    EXPECT_EQ(projects_table::list(*db)->size() % 2, 0U);
    EXPECT_EQ(db->query("PRAGMA integrity_check")->front().text(0), "ok");
  }
}

}  // namespace
}  // namespace patchbay::store
