// The power goes, or the disk fails, while the audit log is written: what was acknowledged is there
// (each line, or all but the last moment's, as configured), and a torn line hides none before it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "audit/file_audit_log.h"
#include "audit_disk.h"
#include "store_test_support.h"

namespace patchbay::durability {
namespace {

using namespace std::chrono_literals;
using audit::FileAuditLog;
using audit::FileAuditOptions;

// Accounts named by the lines that can be proved to be as they were written.
std::set<std::string> provable(const std::map<std::string, std::string>& files) {
  std::set<std::string> accounts;
  for (const auto& [name, text] : files) {
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', end + 1)) {
      if (!audit::verify_audit(name, text.substr(0, end + 1))) break;
      const auto begin = text.rfind('\n', end - 1) + 1;
      const auto line = text.substr(begin, end - begin);
      const auto at = line.find("acc_");
      accounts.insert(line.substr(at, line.find('"', at) - at));
    }
  }
  return accounts;
}

struct AuditPowerCutTest : testing::Test {
  store::TestFolder folder;
  std::string audit_folder = folder.path() + "/audit";
  net::LoopPool loops{1};
  FakeClock clock;
  int events = 0;

  // The account it names once the log has acknowledged it.
  std::optional<std::string> append(FileAuditLog& log) {
    audit::AuditEvent event;
    event.kind = "access_token.read";
    event.account_id = "acc_" + std::to_string(++events);
    if (!log.append(event)) return std::nullopt;
    return event.account_id;
  }
  void expect_all(const std::set<std::string>& acknowledged,
                  const std::map<std::string, std::string>& files) {
    const auto found = provable(files);
    for (const auto& account : acknowledged) EXPECT_TRUE(found.contains(account)) << account;
  }
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(audit_folder)) {
      if (entry.path().extension() != ".jsonl") continue;  // the folder's own id
      std::ifstream file(entry.path(), std::ios::binary);
      all[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
    }
    return all;
  }
};

// PATCHBAY_POWER_CUTS=1000 is the long form, as for the database.
TEST_F(AuditPowerCutTest, WithEachLineSyncedNothingAcknowledgedIsLost) {
  const char* const asked = std::getenv("PATCHBAY_POWER_CUTS");
  const std::uint64_t cuts = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 100;
  for (std::uint64_t seed = 1; seed <= cuts && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::filesystem::remove_all(audit_folder);
    AuditDisk disk(audit_folder, seed);
    std::set<std::string> acknowledged;
    {
      FileAuditLog log(loops, clock, {.folder = audit_folder, .sync_within = 0ms});
      disk.cut_at(1 + std::mt19937_64(seed)() % 60);
      while (const auto account = append(log)) acknowledged.insert(*account);
      EXPECT_TRUE(disk.is_off());
    }
    expect_all(acknowledged, disk.survivors());
  }
}

TEST_F(AuditPowerCutTest, ByDefaultOnlyWhatCameAfterTheLastSyncIsLost) {
  EXPECT_LE(FileAuditOptions{}.sync_within, 100ms);
  bool lost_some = false;
  for (std::uint64_t seed = 1; seed <= 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    std::filesystem::remove_all(audit_folder);
    std::mt19937_64 draw(seed);
    AuditDisk disk(audit_folder, seed);
    FileAuditLog log(loops, clock, {.folder = audit_folder, .sync_within = 1ms});
    std::set<std::string> synced;
    for (auto left = 1 + draw() % 30; left > 0; --left) synced.insert(append(log).value());
    ASSERT_TRUE(disk.wait_for_sync());
    std::set<std::string> fresh;
    for (auto left = 1 + draw() % 30; left > 0; --left)
      if (const auto account = append(log)) fresh.insert(*account);
    disk.cut_now();
    const auto survivors = disk.survivors();
    expect_all(synced, survivors);
    for (const auto& account : fresh)
      lost_some = lost_some || !provable(survivors).contains(account);
  }
  EXPECT_TRUE(lost_some) << "the cuts can't tell";
}

struct FileFault {
  const char* name;
  FileCall call;
  int error;
};

void PrintTo(const FileFault& fault, std::ostream* out) {
  *out << fault.name;
}

class AuditFaultTest : public AuditPowerCutTest, public testing::WithParamInterface<FileFault> {};

TEST_P(AuditFaultTest, AtAnyCallRefusesTheEventAndTheNextOneIsWritten) {
  constexpr std::uint64_t kLast = 12;
  int refused = 0;
  for (std::uint64_t n = 1; n <= kLast && !HasFailure(); ++n) {
    SCOPED_TRACE(n);
    std::filesystem::remove_all(audit_folder);
    AuditDisk disk(audit_folder, n);
    FileAuditLog log(loops, clock, {.folder = audit_folder, .sync_within = 0ms});
    disk.fail_at(GetParam().call, n, GetParam().error);
    std::set<std::string> acknowledged;
    for (std::uint64_t i = 0; i < kLast; ++i) {
      const auto account = append(log);
      if (account) {
        acknowledged.insert(*account);
        continue;
      }
      ++refused;
      // A disk that takes a part of a write fails the next one, too; that may be the next event's.
      auto next = append(log);
      for (int tries = 0; !next && tries < 10; ++tries) next = append(log);
      ASSERT_TRUE(next) << "it does not go on";
      acknowledged.insert(*next);
    }
    expect_all(acknowledged, disk.survivors());
    for (const auto& [name, text] : files())
      EXPECT_TRUE(audit::verify_audit(name, text)) << "a line is there by half: " << text;
  }
  EXPECT_GT(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(Every, AuditFaultTest,
                         testing::Values(FileFault{"Open", FileCall::kOpen, EMFILE},
                                         FileFault{"WriteWhenFull", FileCall::kWrite, ENOSPC},
                                         FileFault{"Write", FileCall::kWrite, EIO},
                                         FileFault{"Sync", FileCall::kSync, EIO}),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

}  // namespace
}  // namespace patchbay::durability
