// Leafing through an audit folder: in order, whole, bounded.
#include "audit/audit_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "audit/audit_chain.h"
#include "audit/audit_folder.h"
#include "store_test_support.h"

namespace patchbay::audit {
namespace {

struct AuditPageTest : testing::Test {
  store::TestFolder scratch;
  std::string folder = scratch.file("audit");
  std::string instance = open_audit_folder(folder).value();
  std::map<std::string, AuditHead> heads;
  int number = 0;

  std::string file(int loop) const {
    return audit_file_name(instance, 1'000, 7, static_cast<std::size_t>(loop), 0);
  }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(folder + "/" + name, std::ios::binary | std::ios::app) << text;
  }
  // One more event, its subject its number.
  void write(int loop, std::int64_t second, AuditEvent event = {.kind = "account.linked"}) {
    const std::string name = file(loop);
    auto& head = heads.try_emplace(name, first_audit_head(name)).first->second;
    event.subject = std::to_string(number++);
    put(name, next_audit_line(head, event, 1'750'000'000'000 + second * 1000));
  }
  AuditPage page(PageQuery query = {}) const { return read_audit_page(folder, query).value(); }
  static std::string subjects(const AuditPage& page) {
    std::string all;
    for (const auto& event : page.events) all.append(event.event.subject).append(" ");
    return all;
  }
  // All pages, each by the one before.
  std::string leaf_through(PageQuery query) const {
    std::string all;
    for (int pages = 0; pages < 10'000; ++pages) {
      const auto next = page(query);
      all += subjects(next);
      if (next.next.empty()) return all;
      query.before = next.next;
    }
    return "never ends";
  }
};

TEST_F(AuditPageTest, IsNewestFirstOverAllFiles) {
  write(0, 1);
  write(1, 2);
  write(0, 3);
  write(1, 3);
  write(2, 2);
  EXPECT_EQ(subjects(page()), "3 2 4 1 0 ") << "ties by file";
  EXPECT_EQ(page().next, "");
  EXPECT_EQ(page().stopped_at, "");
}

TEST_F(AuditPageTest, AnEmptyFolderHasAnEmptyPage) {
  EXPECT_TRUE(page().events.empty());
  put(file(0), "");
  EXPECT_TRUE(page().events.empty());
}

TEST_F(AuditPageTest, PagesFollowEachOtherWithoutGapOrRepetition) {
  std::string all;
  for (int i = 0; i < 3'000; ++i) write(i % 3, i / 7);
  PageQuery query;
  query.rows = 4'000;
  const std::string whole = subjects(page(query));
  for (const std::size_t rows : {1'000U, 97U, 50U}) {
    query.rows = rows;
    EXPECT_EQ(leaf_through(query), whole) << rows;
  }
  EXPECT_EQ(std::ranges::count(whole, ' '), 3'000);
}

TEST_F(AuditPageTest, WhatIsWrittenMeanwhileChangesNoLaterPage) {
  for (int i = 0; i < 20; ++i) write(0, i);
  PageQuery query;
  query.rows = 5;
  query.before = page(query).next;
  write(0, 30);
  EXPECT_EQ(subjects(page(query)), "14 13 12 11 10 ");
}

TEST_F(AuditPageTest, FiltersByKindAccountAndWho) {
  write(0, 1, {.kind = "account.linked", .account_id = "acc_1", .actor = "Ada (admin)"});
  write(0, 2, {.kind = "access_token.read", .account_id = "acc_1", .key_id = "key_1"});
  write(0, 3, {.kind = "account.linked", .account_id = "acc_10", .actor = "Grace (viewer)"});
  EXPECT_EQ(subjects(page({.account_id = "acc_1"})), "1 0 ");
  EXPECT_EQ(subjects(page({.kind = "account."})), "2 0 ");
  EXPECT_EQ(subjects(page({.kind = "account"})), "");
  EXPECT_EQ(subjects(page({.who = "key_1"})), "1 ");
  EXPECT_EQ(subjects(page({.who = "key"})), "") << "a key's id is named whole";
  EXPECT_EQ(subjects(page({.who = "Ada"})), "0 ");
  EXPECT_EQ(subjects(page({.account_id = "acc_1", .kind = "account.linked", .who = "Ada"})), "0 ");
}

TEST_F(AuditPageTest, ReadsSoMuchAtOnceAndSaysWhereToGoOn) {
  for (int i = 0; i < 2'000; ++i) write(0, i, {.kind = i == 3 ? "owner.erased" : "action.called"});
  PageQuery query;
  query.kind = "owner.erased";
  query.most_bytes = 50'000;
  const auto first = page(query);
  EXPECT_TRUE(first.events.empty());
  EXPECT_NE(first.stopped_at, "");
  EXPECT_NE(first.next, "");
  EXPECT_EQ(leaf_through(query), "3 ");
}

TEST_F(AuditPageTest, HalfALineAndWhatIsNoLineArePassedOver) {
  write(0, 1);
  put(file(0), "no event\n" + std::string(200'000, 'x') + "\n\n");
  write(0, 2);
  put(file(0), R"({"time":"2030-01-01T00:00:00.000Z","kind":"ha)");
  EXPECT_EQ(subjects(page()), "1 0 ");
  put("audit-elsewhere.jsonl", std::string(3'000'000, 'y'));
  EXPECT_EQ(subjects(page()), "1 0 ");
}

TEST_F(AuditPageTest, WhatIsNoCursorBeginsWithTheNewest) {
  write(0, 1);
  for (const char* before : {"x", "  ", "2025 file", "2025 file x", "2025 file 9x"})
    EXPECT_EQ(subjects(page({.before = before})), "0 ") << before;
  EXPECT_EQ(subjects(page({.before = "2020 ../../etc/passwd 1"})), "");
}

TEST_F(AuditPageTest, AMissingFolderIsAnError) {
  EXPECT_EQ(read_audit_page(folder + "-gone", {}).error().code, ErrorCode::kStorage);
}

}  // namespace
}  // namespace patchbay::audit
