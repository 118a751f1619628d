// What a serving hub does for its keys and its audit log: it takes up keys that others made, clears
// up behind rotations, and tells the store how far its audit files are.
#include <gtest/gtest.h>

#include "store/audit_heads_table.h"
#include "store/data_keys_table.h"
#include "store/key_rotation.h"
#include "store/open_vault.h"
#include "store/revocations_table.h"
#include "store/sealed_columns.h"
#include "store_test_support.h"
#include "upkeep/audit_head_recorder.h"
#include "upkeep/key_keeper.h"

namespace patchbay::upkeep {
namespace {

namespace rotation = store::key_rotation;
using store::Database;

class RecordingLog final : public audit::AuditLog {
 public:
  Result<> append(const audit::AuditEvent& event) override {
    kinds.push_back(event.kind);
    return {};
  }
  std::vector<std::string> kinds;
};

struct UpkeepTest : testing::Test {
  store::TestFolder folder;
  OsRandom random;
  FakeClock clock;
  net::LoopPool loops{1};
  vault::KeyEncryptionKey kek = vault::KeyEncryptionKey::generate(random);
  vault::KeyChain chain{kek};
  std::unique_ptr<store::Store> store = store::open_sqlite_store({.path = folder.file()}).value();
  vault::Vault vault = in_store([this](Database& db) {
                         return store::open_vault(db, chain, random, clock.unix_ms());
                       }).value();
  RecordingLog log;
  KeyKeeper keeper{{loops, *store, vault, chain, clock, random, log}};

  ~UpkeepTest() override { store->stop(); }

  template <class Work>
  store::ResultOf<Work> in_store(Work work) {
    return store->transact_blocking(std::move(work));
  }
  std::string begin_rotation(const vault::KeyChain& with) {
    return in_store(
               [&](Database& db) { return rotation::begin(db, with, random, clock.unix_ms()); })
        .value()
        .key_id;
  }
  void settle(const std::string& key_id) {
    ASSERT_TRUE(in_store(
        [&](Database& db) { return store::data_keys_table::settle(db, key_id, clock.unix_ms()); }));
  }
  void add_record() {
    store::Revocation job;
    job.id = "rev_1";
    job.project_id = "prj_1";
    job.sealed_payload = vault.seal("x", {"revocations", "prj_1", "rev_1", "payload", 0}).value();
    ASSERT_TRUE(in_store([&](Database& db) -> Result<> {
      PATCHBAY_TRY(store::projects_table::insert(db, {"prj_1", "Example", 1}));
      return store::revocations_table::enqueue(db, job);
    }));
  }
  std::size_t keys() {
    return in_store([](Database& db) { return store::data_keys_table::list(db); })->size();
  }
};

TEST_F(UpkeepTest, AKeyThatAnotherProcessMadeSealsFromTheNextLookOn) {
  const auto fresh = begin_rotation(chain);
  EXPECT_NE(vault.sealing_key_id(), fresh);
  ASSERT_TRUE(loops.block_on(keeper.look()));
  EXPECT_EQ(vault.sealing_key_id(), fresh);
}

TEST_F(UpkeepTest, AKeyThatCantBeUnwrappedIsAnErrorAndTheOldOnesGoOn) {
  const auto before = vault.sealing_key_id();
  const auto record = vault.seal("x", {"t", "p", "r", "c", 0}).value();
  begin_rotation(vault::KeyChain(vault::KeyEncryptionKey::generate(random)));
  const auto looked = loops.block_on(keeper.look());
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().code, ErrorCode::kConfiguration);
  EXPECT_EQ(vault.sealing_key_id(), before);
  EXPECT_TRUE(vault.open(record, {"t", "p", "r", "c", 0}));
}

TEST_F(UpkeepTest, ARetiredKeyThatNothingNamesGoesAfterTenMinutes) {
  settle(begin_rotation(chain));
  ASSERT_TRUE(loops.block_on(keeper.tidy()));
  EXPECT_EQ(keys(), 2U);
  clock.advance_ms(std::chrono::milliseconds(kRetiredKeyStays).count());
  ASSERT_TRUE(loops.block_on(keeper.tidy()));
  EXPECT_EQ(keys(), 1U);
  EXPECT_EQ(log.kinds, std::vector<std::string>{"data_key.removed"});
}

TEST_F(UpkeepTest, ARecordThatCameLateIsSealedAnewBeforeItsKeyGoes) {
  const auto fresh = begin_rotation(chain);
  settle(fresh);
  add_record();  // by this vault, which has not heard of the new key
  clock.advance_ms(std::chrono::milliseconds(kRetiredKeyStays).count());
  ASSERT_TRUE(loops.block_on(keeper.tidy()));
  EXPECT_EQ(keys(), 1U);
  const auto job =
      in_store([](Database& db) { return store::revocations_table::find(db, "rev_1"); }).value();
  EXPECT_EQ(store::data_key_of(job->sealed_payload), fresh);
}

TEST_F(UpkeepTest, ARotationThatIsNotSettledIsLeftToWhoRunsIt) {
  add_record();
  const auto before = vault.sealing_key_id();
  begin_rotation(chain);
  clock.advance_ms(std::chrono::milliseconds(kRetiredKeyStays).count());
  ASSERT_TRUE(loops.block_on(keeper.tidy()));
  const auto job =
      in_store([](Database& db) { return store::revocations_table::find(db, "rev_1"); }).value();
  EXPECT_EQ(store::data_key_of(job->sealed_payload), before);
}

TEST_F(UpkeepTest, TheStoreIsToldHowFarTheAuditFilesAreAndThatTheyAreClosed) {
  audit::FileAuditLog files(loops, clock, {.folder = folder.file("audit"), .sync_within = {}});
  AuditHeadRecorder recorder(loops, files, *store, clock);
  const auto heads = [&] {
    return in_store([](Database& db) { return store::audit_heads_table::list(db, {}); }).value();
  };
  ASSERT_TRUE(loops.block_on(recorder.record()));
  EXPECT_TRUE(heads().empty());
  ASSERT_TRUE(files.append({.kind = "a"}));
  ASSERT_TRUE(loops.block_on(recorder.record()));
  ASSERT_TRUE(files.append({.kind = "b"}));
  ASSERT_EQ(heads().size(), 1U);
  EXPECT_EQ(heads()[0].lines, 1);
  EXPECT_FALSE(heads()[0].closed);
  ASSERT_TRUE(recorder.close());
  ASSERT_EQ(heads().size(), 1U);
  EXPECT_EQ(heads()[0].lines, 2);
  EXPECT_TRUE(heads()[0].closed);
}

}  // namespace
}  // namespace patchbay::upkeep
