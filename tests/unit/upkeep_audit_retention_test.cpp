// How long the audit log is kept: whole files go, announced before, at every point where the hub
// may die; what was tampered with, or is in use, stays; and a file that somebody else took away is
// still told from one that the hub removed.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "audit/audit_folder.h"
#include "audit/audit_query.h"
#include "base/iso_time.h"
#include "store/audit_heads_table.h"
#include "store_test_support.h"
#include "upkeep/audit_head_recorder.h"
#include "upkeep/audit_retention.h"

namespace patchbay::upkeep {
namespace {

namespace fs = std::filesystem;
using audit::FileState;
using store::Database;

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kKept = 30 * kDay;

// One process: its audit log, the heads it records, and its retention.
struct Process {
  net::LoopPool& loops;
  audit::FileAuditLog log;
  AuditHeadRecorder recorder;
  AuditRetention retention;

  Process(net::LoopPool& pool, const std::string& folder, store::Store& store, const Clock& clock,
          std::int64_t kept)
      : loops(pool),
        log(pool, clock, {.folder = folder, .sync_within = {}}),
        recorder(pool, log, store, clock),
        retention(pool, log, folder, store, clock, kept) {}

  void write(const std::string& kind = "access_token.read") {
    ASSERT_TRUE(log.append({.kind = kind}));
    record();
  }
  void record() { ASSERT_TRUE(loops.block_on(recorder.record())); }
  void pass() {
    const auto done = loops.block_on(retention.run_once());
    ASSERT_TRUE(done) << done.error().message;
    record();
  }
  void end() { ASSERT_TRUE(recorder.close()); }
};

struct AuditRetentionTest : testing::Test {
  store::TestFolder scratch;
  std::string folder = scratch.file("audit");
  FakeClock clock;
  net::LoopPool loops{1};
  std::unique_ptr<store::Store> store = store::open_sqlite_store({.path = scratch.file()}).value();

  ~AuditRetentionTest() override { store->stop(); }

  std::unique_ptr<Process> start(std::int64_t kept = kKept) {
    clock.advance_ms(1);  // file names have the time, and are not the same twice
    return std::make_unique<Process>(loops, folder, *store, clock, kept);
  }
  // A process that wrote two events and ended in order; its file.
  std::string earlier() {
    const auto process = start(0);
    process->write();
    process->write();
    const auto name = process->log.heads().at(0).file_name;
    process->end();
    return name;
  }
  audit::FolderReport verify() {
    auto heads = store->read_blocking(recorded_heads);
    return audit::verify_audit_folder(folder, *heads).value();
  }
  FileState state_of(const std::string& name) {
    for (const auto& file : verify().files)
      if (file.file == name) return file.state;
    ADD_FAILURE() << name << " is not in the report";
    return FileState::kWhole;
  }
  bool is_there(const std::string& name) const { return fs::exists(folder + "/" + name); }
  bool is_known(const std::string& name) {
    const auto heads = store->read_blocking(recorded_heads).value();
    return std::ranges::find(heads, name, &audit::RecordedHead::file) != heads.end();
  }
  std::vector<audit::FoundEvent> announcements() const {
    return audit::find_audit_events(folder, {.kind = "audit.file_expired", .last = 1'000}).value();
  }
  store::AuditHeadRow row_of(const std::string& name) {
    const auto rows =
        store->read_blocking([](Database& db) { return store::audit_heads_table::list(db, {}); })
            .value();
    return *std::ranges::find(rows, name, &store::AuditHeadRow::file);
  }
  void put_row(const store::AuditHeadRow& row) {
    ASSERT_TRUE(store->transact_blocking(
        [&](Database& db) { return store::audit_heads_table::record(db, row); }));
  }
};

TEST_F(AuditRetentionTest, AFileWhoseTimeIsOverIsAnnouncedAndRemovedAnHourLater) {
  const auto old = earlier();
  clock.advance_ms(kKept + kHour);
  const auto hub = start();
  hub->pass();
  ASSERT_EQ(announcements().size(), 1U);
  EXPECT_NE(announcements()[0].event.subject.find(old + " 2 "), std::string::npos);
  hub->pass();
  EXPECT_EQ(announcements().size(), 1U) << "announced again";
  EXPECT_TRUE(is_there(old)) << "removed before somebody who verifies could know of it";
  clock.advance_ms(kHour);
  hub->pass();
  EXPECT_FALSE(is_there(old));
  EXPECT_FALSE(is_known(old));
  EXPECT_FALSE(verify().is_tampered());
  EXPECT_FALSE(verify().is_uncertain());
  ASSERT_EQ(verify().announced.size(), 1U);
  EXPECT_EQ(verify().announced[0].what.file, old);
  hub->end();
  EXPECT_FALSE(is_known(old)) << "told of again at the end";
}

TEST_F(AuditRetentionTest, WhatTheStoreHasNoHeadOfIsNotActedOn) {
  const auto old = earlier();
  clock.advance_ms(kKept + kHour);
  const auto hub = start();
  ASSERT_TRUE(loops.block_on(hub->retention.run_once()));
  clock.advance_ms(2 * kHour);
  ASSERT_TRUE(loops.block_on(hub->retention.run_once()));
  EXPECT_TRUE(is_there(old)) << "a power cut could take the announcement";
  EXPECT_EQ(announcements().size(), 1U);
  hub->record();
  hub->pass();
  EXPECT_FALSE(is_there(old));
}

TEST_F(AuditRetentionTest, WhatIsYoungerAndAnEverlastingLogStay) {
  const auto old = earlier();
  clock.advance_ms(kKept - kHour);
  const auto hub = start();
  hub->pass();
  EXPECT_TRUE(announcements().empty()) << "a moment too early";
  clock.advance_ms(400 * kDay);
  hub->retention.keep(0);
  hub->pass();
  EXPECT_TRUE(announcements().empty()) << "for ever";
}

TEST_F(AuditRetentionTest, ALongRunningHubEndsItsFilesAndTheyGoInTheirTurn) {
  const auto hub = start();
  for (int day = 0; day < 70; ++day) {
    hub->write();
    for (int i = 0; i < 2; ++i) {
      clock.advance_ms(kDay / 2);
      hub->pass();
      EXPECT_FALSE(verify().is_tampered()) << "day " << day;
    }
  }
  const auto names = audit::audit_files(folder).value();
  EXPECT_GE(names.size(), 15U) << "a file for a day or two";
  EXPECT_LE(names.size(), 18U) << "and no more than are kept";
  const auto oldest = audit::find_audit_events(folder, {.last = 1'000}).value().front().time;
  EXPECT_LT(clock.unix_ms() - parse_iso_time(oldest).value(), kKept + 3 * kDay);
  EXPECT_LE(hub->log.heads().size(), 1U) << "what has ended is forgotten once the store has it";
  hub->end();
  EXPECT_FALSE(verify().is_tampered());
  EXPECT_FALSE(verify().is_uncertain());
}

TEST_F(AuditRetentionTest, AHubThatDiesAfterTheAnnouncementIsGoneOnWithByTheNextOne) {
  const auto old = earlier();
  clock.advance_ms(kKept + kHour);
  start()->pass();  // it announces, and dies
  EXPECT_EQ(state_of(old), FileState::kWhole);
  clock.advance_ms(kHour);
  const auto hub = start();
  hub->pass();
  EXPECT_FALSE(is_there(old));
  EXPECT_EQ(announcements().size(), 1U);
  EXPECT_FALSE(verify().is_tampered());
}

TEST_F(AuditRetentionTest, AHubThatDiesBetweenRemovalAndForgettingIsGoneOnWithByTheNextOne) {
  const auto old = earlier();
  clock.advance_ms(kKept + kHour);
  const auto row = row_of(old);
  start()->pass();
  fs::remove(folder + "/" + old);
  EXPECT_EQ(state_of(old), FileState::kRemoved);
  EXPECT_FALSE(verify().is_tampered());
  EXPECT_FALSE(verify().is_uncertain());
  start()->pass();
  EXPECT_FALSE(is_known(old));
  put_row(row);  // a backup brought it back
  EXPECT_EQ(state_of(old), FileState::kRemoved);
}

TEST_F(AuditRetentionTest, AFileThatSomebodyElseTookAwayIsMissingAndStaysSo) {
  const auto old = earlier();
  const auto other = earlier();
  clock.advance_ms(kKept + kHour);
  fs::remove(folder + "/" + old);
  const auto hub = start();
  hub->pass();
  clock.advance_ms(kHour);
  hub->pass();
  EXPECT_EQ(state_of(old), FileState::kMissing);
  EXPECT_TRUE(is_known(old)) << "the evidence is gone";
  EXPECT_FALSE(is_there(other)) << "and holds up nothing else";
}

// Whoever can write to the folder can write such a line, too, but not into what was recorded.
TEST_F(AuditRetentionTest, AnAnnouncementThatNoRecordedHeadCoversExcusesNothing) {
  const auto old = earlier();
  const auto hub = start();
  hub->write();
  const auto mine = hub->log.heads().at(0);
  const auto row = row_of(old);
  audit::AuditHead head = mine.head;
  std::ofstream(folder + "/" + mine.file_name, std::ios::app) << audit::next_audit_line(
      head, audit::announcement_of({old, row.lines, row.hash}), clock.unix_ms());
  fs::remove(folder + "/" + old);
  EXPECT_EQ(state_of(old), FileState::kMissing);
  // A file of one's own has no head at all.
  const std::string planted = audit::audit_file_name(row.instance, 1, 2, 3, 4);
  head = audit::first_audit_head(planted);
  std::ofstream(folder + "/" + planted) << audit::next_audit_line(
      head, audit::announcement_of({old, row.lines, row.hash}), clock.unix_ms());
  EXPECT_EQ(state_of(old), FileState::kMissing);
}

TEST_F(AuditRetentionTest, AnAnnouncementOfFewerLinesOrAnotherEndExcusesNothing) {
  const auto hub = start();
  const auto old = earlier();
  const auto row = row_of(old);
  ASSERT_TRUE(hub->log.append(audit::announcement_of({old, row.lines - 1, row.hash})));
  ASSERT_TRUE(hub->log.append(audit::announcement_of({old, row.lines, std::string(64, '0')})));
  hub->record();
  fs::remove(folder + "/" + old);
  EXPECT_EQ(state_of(old), FileState::kMissing);
}

TEST_F(AuditRetentionTest, WhatWasTamperedWithStays) {
  const auto old = earlier();
  std::string text;
  {
    std::ifstream file(folder + "/" + old);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  text[text.find("access_token")] = 'A';
  std::ofstream(folder + "/" + old) << text;
  clock.advance_ms(kKept + kHour);
  const auto hub = start();
  for (int i = 0; i < 3; ++i) {
    hub->pass();
    clock.advance_ms(kHour);
  }
  EXPECT_TRUE(is_there(old));
  EXPECT_TRUE(announcements().empty());
  EXPECT_EQ(state_of(old), FileState::kBroken);
}

TEST_F(AuditRetentionTest, AFileThatAProcessHasOpenStays) {
  const auto idle = start(0);
  idle->write();
  const auto open = idle->log.heads().at(0).file_name;
  clock.advance_ms(kKept + kHour);
  const auto hub = start();
  hub->pass();
  EXPECT_TRUE(announcements().empty());
  idle->end();
  hub->pass();
  EXPECT_TRUE(announcements().empty()) << "ended, but not let go of";
  EXPECT_TRUE(is_there(open));
}

TEST_F(AuditRetentionTest, TheEndOfAProcessThatWasKilledGoesWithItsFile) {
  std::string old;
  {
    const auto killed = start(0);
    killed->write();
    ASSERT_TRUE(killed->log.append({.kind = "after.the.last.head"}));
    old = killed->log.heads().at(0).file_name;
  }
  std::ofstream(folder + "/" + old, std::ios::app) << R"({"seq":3,"ti)";
  clock.advance_ms(kKept + kHour);
  const auto hub = start();
  hub->pass();
  EXPECT_EQ(announcements().size(), 1U);
  clock.advance_ms(kHour);
  hub->pass();
  EXPECT_FALSE(is_there(old));
  EXPECT_FALSE(verify().is_tampered());
}

// Somebody moved it, so that the hub began another, and moved it back.
TEST_F(AuditRetentionTest, AFileThatWasLeftBehindIsForgottenForGood) {
  const auto hub = start();
  hub->write();
  const auto old = hub->log.heads().at(0).file_name;
  fs::rename(folder + "/" + old, scratch.file("elsewhere"));
  hub->write();
  fs::rename(scratch.file("elsewhere"), folder + "/" + old);
  clock.advance_ms(kKept + kHour);
  hub->pass();
  clock.advance_ms(kHour);
  hub->pass();
  EXPECT_FALSE(is_known(old));
  hub->end();
  EXPECT_FALSE(is_known(old)) << "told of again at the end";
  EXPECT_FALSE(verify().is_tampered());
}

TEST_F(AuditRetentionTest, ManyFilesGoInBatches) {
  constexpr std::size_t kFiles = audit::ExpiryPass::kMostFiles + 10;
  for (std::size_t i = 0; i < kFiles; ++i) earlier();
  clock.advance_ms(kKept + kHour);
  const auto hub = start();
  hub->pass();
  EXPECT_EQ(announcements().size(), audit::ExpiryPass::kMostFiles);
  for (int i = 0; i < 4; ++i) {
    clock.advance_ms(kHour);
    hub->pass();
  }
  EXPECT_EQ(audit::audit_files(folder).value().size(), 1U) << "its own";
  EXPECT_FALSE(verify().is_tampered());
}

TEST_F(AuditRetentionTest, FilesOfOtherHubsInTheSameDatabaseAreNoBusinessOfThisOne) {
  const auto old = earlier();
  store::AuditHeadRow elsewhere = row_of(old);
  elsewhere.file = audit::audit_file_name("00112233445566ff", 1, 2, 3, 4);
  elsewhere.instance = "00112233445566ff";
  put_row(elsewhere);
  clock.advance_ms(kKept + kHour);
  const auto hub = start();
  for (int i = 0; i < 2; ++i) {
    hub->pass();
    clock.advance_ms(kHour);
  }
  EXPECT_FALSE(is_known(old));
  EXPECT_TRUE(is_known(elsewhere.file));
}

}  // namespace
}  // namespace patchbay::upkeep
