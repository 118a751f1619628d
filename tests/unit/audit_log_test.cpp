#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "audit/audit_folder.h"
#include "audit/audit_verify.h"
#include "audit/file_audit_log.h"
#include "store_test_support.h"

namespace patchbay::audit {
namespace {

AuditEvent event(const std::string& account) {
  return {"access_token.read", "prj_1", account, "main", "key_1", "req-1", "127.0.0.1"};
}

std::string chain(const std::string& name, int events) {
  AuditHead head = first_audit_head(name);
  std::string text;
  for (int i = 0; i < events; ++i)
    text += next_audit_line(head, event("acc_" + std::to_string(i)), 1000 + i);
  return text;
}

TEST(AuditChain, CanBeVerified) {
  const std::string text = chain("a.jsonl", 3);
  const auto head = verify_audit("a.jsonl", text);
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->count, 3);
  EXPECT_EQ(verify_audit("a.jsonl", "")->count, 0);
}

TEST(AuditChain, BreaksWhenAnythingIsChanged) {
  const std::string text = chain("a.jsonl", 3);
  EXPECT_FALSE(verify_audit("b.jsonl", text)) << "another file's name";
  const std::size_t second = text.find('\n') + 1;
  const std::size_t third = text.find('\n', second) + 1;
  EXPECT_FALSE(verify_audit("a.jsonl", text.substr(second))) << "first line removed";
  EXPECT_FALSE(verify_audit("a.jsonl", text.substr(0, second) + text.substr(third)))
      << "middle removed";
  EXPECT_FALSE(verify_audit("a.jsonl", text.substr(0, text.size() - 5))) << "cut off";
  EXPECT_FALSE(verify_audit("a.jsonl", text.substr(0, third) + text.substr(0, third)))
      << "repeated";
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verify_audit("a.jsonl", changed)) << "byte " << i;
  }
}

struct FileAuditLogTest : testing::Test {
  store::TestFolder folder;
  net::LoopPool loops{2};
  FakeClock clock;

  std::string read(const std::string& name) {
    std::ifstream file(folder.file("audit") + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(FileAuditLogTest, WritesBeforeItReturnsAndKeepsTheChain) {
  FileAuditLog log(loops, clock, {.folder = folder.file("audit"), .sync_within = {}});
  EXPECT_TRUE(log.heads().empty()) << "a file nobody needed";
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(log.append(event("acc_" + std::to_string(i))));
    const auto heads = log.heads();
    ASSERT_EQ(heads.size(), 1U);
    const auto head = verify_audit(heads[0].file_name, read(heads[0].file_name));
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->count, i + 1);
    EXPECT_EQ(head->hash, heads[0].head.hash);
  }
  struct stat status{};
  ASSERT_EQ(::stat(folder.file("audit").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(FileAuditLogTest, GivesEachLoopAFileOfItsOwn) {
  FileAuditLog log(loops, clock, {.folder = folder.file("audit"), .sync_within = {}});
  loops.start();
  const auto on = [&](std::size_t index) {
    return loops.block_on(net::run_on(loops.loop(index), [](FileAuditLog& to) -> net::Task<bool> {
      co_return to.append(event("acc_1")).has_value();
    }(log)));
  };
  EXPECT_TRUE(on(0));
  EXPECT_TRUE(on(1));
  EXPECT_TRUE(on(1));
  const auto heads = log.heads();
  ASSERT_EQ(heads.size(), 2U);
  EXPECT_EQ(heads[0].head.count, 1);
  EXPECT_EQ(heads[1].head.count, 2);
  loops.stop();
}

TEST_F(FileAuditLogTest, RefusesWhenTheFolderCantBeWritten) {
  std::ofstream(folder.file("audit")) << "a file, not a folder";
  FileAuditLog log(loops, clock, {.folder = folder.file("audit")});
  const auto written = log.append(event("acc_1"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kStorage);
  // Once it can, it is.
  std::filesystem::remove(folder.file("audit"));
  EXPECT_TRUE(log.append(event("acc_1")));
}

// What the log's heads say of its folder, as `audit verify` would.
struct FaultyDiskTest : FileAuditLogTest {
  std::string audit = folder.file("audit");

  FolderReport verify(const FileAuditLog& log) const {
    std::vector<RecordedHead> heads;
    for (const auto& head : log.heads())
      heads.push_back(
          {head.file_name, head.instance, head.head.count, head.head.hash, head.closed});
    return verify_audit_folder(audit, heads).value();
  }
  // Not even half a line behind the last event.
  void expect_all_whole(const FileAuditLog& log) const {
    for (const auto& file : verify(log).files)
      EXPECT_EQ(to_string(file.state), "whole") << file.detail;
  }
  static bool appended(FileAuditLog& log) { return log.append(event("acc_1")).has_value(); }
};

TEST_F(FaultyDiskTest, ALogOnAFullDiskRefusesAndGoesOnWhenThereIsSpace) {
  const std::string mount = folder.file("small");
  std::filesystem::create_directory(mount);
  if (::mount("tmpfs", mount.c_str(), "tmpfs", 0, "size=64k") != 0)
    GTEST_SKIP() << "this machine lets nobody mount";
  audit = mount + "/audit";
  {
    FileAuditLog log(loops, clock, {.folder = audit, .sync_within = {}});
    int written = 0;
    while (appended(log)) ++written;
    EXPECT_GT(written, 10);
    EXPECT_EQ(log.append(event("acc_1")).error().code, ErrorCode::kStorage);
    expect_all_whole(log);
    EXPECT_EQ(verify(log).lines, written);
    ASSERT_EQ(::mount("tmpfs", mount.c_str(), "tmpfs", MS_REMOUNT, "size=256k"), 0);
    EXPECT_TRUE(appended(log));
    EXPECT_EQ(verify(log).lines, written + 1);
  }
  ::umount(mount.c_str());
}

TEST_F(FaultyDiskTest, AFileThatMayNotGrowIsFollowedByAnother) {
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit little = before;
  little.rlim_cur = 1'000;
  FileAuditLog log(loops, clock, {.folder = audit, .sync_within = {}});
  ::setrlimit(RLIMIT_FSIZE, &little);
  std::vector<bool> outcomes;
  for (int i = 0; i < 12; ++i) outcomes.push_back(appended(log));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(outcomes.front());
  const auto refused = std::ranges::find(outcomes, false);
  ASSERT_NE(refused, outcomes.end());
  EXPECT_NE(std::find(refused, outcomes.end(), true), outcomes.end()) << "it never went on";
  expect_all_whole(log);
  EXPECT_EQ(verify(log).lines, std::ranges::count(outcomes, true));
}

TEST_F(FaultyDiskTest, ARemovedFolderIsMadeAnewAndWhatIsMissingShows) {
  FileAuditLog log(loops, clock, {.folder = audit, .sync_within = {}});
  ASSERT_TRUE(appended(log));
  std::filesystem::remove_all(audit);
  EXPECT_TRUE(appended(log)) << "nothing is written to a file that nobody can find";
  const auto report = verify(log);
  EXPECT_EQ(report.lines, 1);
  EXPECT_TRUE(report.is_tampered());
}

TEST_F(FaultyDiskTest, WithoutItsParentFolderItRefusesUntilThatIsBack) {
  audit = folder.file("data") + "/audit";
  std::filesystem::create_directory(folder.file("data"));
  FileAuditLog log(loops, clock, {.folder = audit, .sync_within = {}});
  ASSERT_TRUE(appended(log));
  std::filesystem::rename(folder.file("data"), folder.file("elsewhere"));
  EXPECT_FALSE(appended(log));
  std::filesystem::rename(folder.file("elsewhere"), folder.file("data"));
  EXPECT_TRUE(appended(log));
  EXPECT_FALSE(verify(log).is_tampered());
  EXPECT_EQ(verify(log).lines, 2);
}

TEST_F(FaultyDiskTest, AFileThatSomebodyElseWroteToIsLeftBehind) {
  FileAuditLog log(loops, clock, {.folder = audit, .sync_within = {}});
  ASSERT_TRUE(appended(log));
  const std::string name = log.heads()[0].file_name;
  std::ofstream(audit + "/" + name, std::ios::app) << "{}\n";
  ASSERT_TRUE(appended(log));
  EXPECT_EQ(log.heads().size(), 2U);
  EXPECT_TRUE(verify(log).is_tampered());
  EXPECT_EQ(verify(log).lines, 2);
}

TEST_F(FaultyDiskTest, AHeadIsWhatTheDiskHasAndClosingSaysSo) {
  FileAuditLog log(loops, clock, {.folder = audit, .sync_within = std::chrono::hours(1)});
  ASSERT_TRUE(appended(log));
  ASSERT_TRUE(appended(log));
  EXPECT_EQ(log.heads()[0].head.count, 0) << "a power cut could take them";
  const auto heads = log.close();
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_EQ(heads[0].head.count, 2);
  EXPECT_TRUE(heads[0].closed);
  EXPECT_EQ(log.append(event("acc_1")).error().code, ErrorCode::kCancelled);
}

TEST_F(FaultyDiskTest, AnEventOfUnboundedSizeIsRefused) {
  FileAuditLog log(loops, clock, {.folder = audit, .sync_within = {}});
  EXPECT_EQ(log.append(event(std::string(100'000, 'x'))).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(appended(log));
  EXPECT_EQ(verify(log).lines, 1);
}

TEST_F(FaultyDiskTest, TwoProcessesInOneFolderShareItsId) {
  const auto one = open_audit_folder(audit);
  const auto two = open_audit_folder(audit);
  ASSERT_TRUE(one);
  EXPECT_EQ(*one, *two);
  std::ofstream(audit + "/instance") << "short";
  EXPECT_FALSE(open_audit_folder(audit)) << "an id is not made up a second time";
}

}  // namespace
}  // namespace patchbay::audit
