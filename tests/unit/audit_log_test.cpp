#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

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
  FileAuditLog log(loops, clock, {.folder = folder.file("audit")});
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

}  // namespace
}  // namespace patchbay::audit
