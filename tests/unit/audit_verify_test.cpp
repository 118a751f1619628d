// Every way of changing an audit folder, and whether `audit verify` sees it; and what a power cut
// leaves, which is no tampering.
#include "audit/audit_verify.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "audit/audit_chain.h"
#include "audit/audit_folder.h"
#include "audit/audit_query.h"
#include "store_test_support.h"

namespace patchbay::audit {
namespace {

namespace fs = std::filesystem;

struct AuditVerifyTest : testing::Test {
  store::TestFolder scratch;
  std::string folder = scratch.file("audit");
  std::string instance = open_audit_folder(folder).value();
  std::string first = audit_file_name(instance, 1'000, 7, 0, 0);
  std::string second = audit_file_name(instance, 1'000, 7, 1, 0);
  std::vector<RecordedHead> heads;

  AuditVerifyTest() {
    write(first, 5, true);
    write(second, 3, false);
  }

  void write(const std::string& name, int events, bool closed) {
    AuditHead head = first_audit_head(name);
    std::string text;
    for (int i = 0; i < events; ++i)
      text += next_audit_line(head,
                              {.kind = i % 2 == 0 ? "access_token.read" : "account.linked",
                               .account_id = "acc_" + std::to_string(i)},
                              1'750'000'000'000 + i * 60'000);
    put(name, text);
    heads.push_back({name, instance, head.count, head.hash, closed});
  }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(folder + "/" + name, std::ios::binary) << text;
  }
  std::string text_of(const std::string& name) const {
    std::ifstream file(folder + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Line breaks stay with their line.
  std::vector<std::string> lines_of(const std::string& name) const {
    std::vector<std::string> lines;
    std::string text = text_of(name);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at) + 1;
      lines.push_back(text.substr(at, end - at));
      at = end;
    }
    return lines;
  }
  void put_lines(const std::string& name, const std::vector<std::string>& lines) const {
    std::string text;
    for (const auto& line : lines) text += line;
    put(name, text);
  }
  FolderReport verify() const { return verify_audit_folder(folder, heads).value(); }
  FileState state_of(const std::string& name) const {
    for (const auto& file : verify().files)
      if (file.file == name) return file.state;
    ADD_FAILURE() << name << " is not in the report";
    return FileState::kWhole;
  }
};

TEST_F(AuditVerifyTest, AFolderAsItWasWrittenIsWhole) {
  const auto report = verify();
  EXPECT_EQ(report.files.size(), 2U);
  EXPECT_EQ(report.lines, 8);
  EXPECT_FALSE(report.is_tampered());
  EXPECT_FALSE(report.is_uncertain());
}

// audit_log_test does so with every byte of a text.
TEST_F(AuditVerifyTest, AnEditedByteIsFound) {
  const std::string text = text_of(first);
  for (std::size_t at = 0; at < text.size(); at += 17) {
    std::string edited = text;
    edited[at] = static_cast<char>(edited[at] ^ 1);
    put(first, edited);
    ASSERT_TRUE(verify().is_tampered()) << "byte " << at;
  }
}

TEST_F(AuditVerifyTest, EveryRemovedInsertedRepeatedOrMovedLineIsFound) {
  const auto lines = lines_of(first);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto removed = lines;
    removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(i));
    put_lines(first, removed);
    EXPECT_TRUE(verify().is_tampered()) << "removed " << i;
    auto inserted = lines;
    inserted.insert(inserted.begin() + static_cast<std::ptrdiff_t>(i), lines_of(second)[0]);
    put_lines(first, inserted);
    EXPECT_EQ(state_of(first), FileState::kBroken) << "inserted " << i;
    auto repeated = lines;
    repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    put_lines(first, repeated);
    EXPECT_EQ(state_of(first), FileState::kBroken) << "repeated " << i;
    if (i == 0) continue;
    auto moved = lines;
    std::swap(moved[i], moved[i - 1]);
    put_lines(first, moved);
    EXPECT_EQ(state_of(first), FileState::kBroken) << "moved " << i;
  }
}

TEST_F(AuditVerifyTest, AnEndThatWasCutOffAtALineShowsAgainstTheHeadAlone) {
  auto lines = lines_of(first);
  lines.pop_back();
  put_lines(first, lines);
  EXPECT_EQ(state_of(first), FileState::kCutOff);
  EXPECT_FALSE(verify_audit_folder(folder, std::nullopt)->is_tampered());
}

TEST_F(AuditVerifyTest, AFileCutOffAnywhereIsFound) {
  const std::string text = text_of(first);
  for (std::size_t size = 0; size < text.size(); size += 17) {
    put(first, text.substr(0, size));
    ASSERT_EQ(state_of(first), FileState::kCutOff) << size;
  }
}

TEST_F(AuditVerifyTest, ARewrittenChainOfTheSameLengthIsFound) {
  AuditHead head = first_audit_head(first);
  std::string text;
  for (int i = 0; i < 5; ++i) text += next_audit_line(head, {.kind = "nothing.happened"}, 1'000);
  put(first, text);
  EXPECT_EQ(state_of(first), FileState::kRewritten);
}

TEST_F(AuditVerifyTest, LinesAfterAnOrderlyEndAreFound) {
  AuditHead head{heads[0].lines, heads[0].hash};
  put(first, text_of(first) + next_audit_line(head, {.kind = "made.up"}, 1'000));
  EXPECT_EQ(state_of(first), FileState::kGrown);
}

TEST_F(AuditVerifyTest, LinesThatCameAfterTheLastRecordedHeadAreNone) {
  AuditHead head{heads[1].lines, heads[1].hash};
  put(second, text_of(second) + next_audit_line(head, {.kind = "access_token.read"}, 1'000));
  EXPECT_EQ(state_of(second), FileState::kWhole);
}

TEST_F(AuditVerifyTest, ARemovedFileIsFoundAndSoIsARenamedOne) {
  const auto other = audit_file_name(instance, 1'000, 7, 5, 0);
  fs::rename(folder + "/" + first, folder + "/" + other);
  EXPECT_EQ(verify().files.size(), 3U);
  EXPECT_EQ(state_of(other), FileState::kBroken);
  EXPECT_EQ(state_of(first), FileState::kMissing);
  fs::remove(folder + "/" + second);
  EXPECT_EQ(state_of(second), FileState::kMissing);
}

TEST_F(AuditVerifyTest, TwoFilesThatChangedPlacesAreFound) {
  const auto one = text_of(first);
  put(first, text_of(second));
  put(second, one);
  EXPECT_EQ(state_of(first), FileState::kBroken);
  EXPECT_EQ(state_of(second), FileState::kBroken);
}

TEST_F(AuditVerifyTest, AFolderThatIsGoneAltogetherIsFound) {
  fs::remove_all(folder);
  const auto report = verify();
  EXPECT_EQ(report.files.size(), 2U);
  EXPECT_TRUE(report.is_tampered());
  EXPECT_FALSE(verify_audit_folder(folder, std::nullopt)) << "without heads nobody knows of it";
}

TEST_F(AuditVerifyTest, AFolderWithAnotherIdStillOwesItsFiles) {
  fs::remove(folder + "/" + first);
  put("instance", "0123456789abcdef\n");
  EXPECT_EQ(state_of(first), FileState::kMissing) << "the other file's name tells";
}

TEST_F(AuditVerifyTest, HeadsOfAnotherHubAreNotLookedForHere) {
  heads.push_back({audit_file_name("0123456789abcdef", 1, 1, 0, 0), "0123456789abcdef", 3, "x"});
  EXPECT_FALSE(verify().is_tampered());
  heads.back().instance.clear();  // unless it is certain
  EXPECT_TRUE(verify().is_tampered());
}

TEST_F(AuditVerifyTest, HalfALineBehindWhatWasRecordedIsAnUncleanEnd) {
  AuditHead head{heads[1].lines, heads[1].hash};
  const auto next = next_audit_line(head, {.kind = "access_token.read"}, 1'000);
  for (std::size_t size = 1; size < next.size(); size += 5) {
    const auto whole = text_of(second);
    put(second, whole + next.substr(0, size));
    ASSERT_EQ(state_of(second), FileState::kUncleanEnd) << size;
    put(second, whole);
  }
  put(second, text_of(second) + std::string(100, '\0'));
  EXPECT_EQ(state_of(second), FileState::kUncleanEnd) << "as some file systems leave it";
  EXPECT_FALSE(verify().is_tampered());
  EXPECT_FALSE(verify().is_uncertain());
}

TEST_F(AuditVerifyTest, WithoutTheStoreHalfALineCantBeTold) {
  put(second, text_of(second) + "{\"seq\":4");
  const auto report = verify_audit_folder(folder, std::nullopt).value();
  EXPECT_FALSE(report.is_tampered());
  EXPECT_TRUE(report.is_uncertain());
}

TEST_F(AuditVerifyTest, AFileThatNoHeadNamesIsSaidToBeUnknown) {
  const auto third = audit_file_name(instance, 2'000, 8, 0, 0);
  write(third, 1, false);
  heads.pop_back();
  EXPECT_EQ(state_of(third), FileState::kUnrecorded);
  EXPECT_TRUE(verify().is_uncertain());
}

TEST_F(AuditVerifyTest, ALineWithoutEndIsRefusedAndNotReadIntoMemory) {
  put(first, std::string(std::size_t{3} << 20U, 'x'));
  EXPECT_EQ(state_of(first), FileState::kBroken);
}

// ---- audit show ----

TEST_F(AuditVerifyTest, EventsAreFoundByAccountKindAndTimeNewestLast) {
  const auto find = [&](const AuditQuery& query) {
    return find_audit_events(folder, query).value();
  };
  EXPECT_EQ(find({}).size(), 8U);
  EXPECT_EQ(find({.account_id = "acc_1"}).size(), 2U);
  EXPECT_EQ(find({.kind = "account.linked"}).size(), 3U);
  EXPECT_EQ(find({.kind = "account."}).size(), 3U);
  EXPECT_EQ(find({.kind = "account"}).size(), 0U);
  const auto last = find({.last = 3});
  ASSERT_EQ(last.size(), 3U);
  EXPECT_EQ(last[0].event.account_id, "acc_2");
  EXPECT_EQ(last[2].event.account_id, "acc_4");
  EXPECT_EQ(find({.since = last[1].time}).size(), 2U);
  EXPECT_EQ(find({.until = last[1].time}).size(), 6U);
}

TEST_F(AuditVerifyTest, WhatIsNoEventIsPassedOver) {
  put(second, "not json\n{}\n" + text_of(second) + "{\"seq\"");
  EXPECT_EQ(find_audit_events(folder, {}).value().size(), 8U);
}

TEST_F(AuditVerifyTest, EndsWhenItIsToldTo) {
  const std::atomic<bool> stop{true};
  const auto report = verify_audit_folder(folder, heads, &stop);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace patchbay::audit
