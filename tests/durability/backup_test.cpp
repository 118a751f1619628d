// Backup, verification and restore of a database file.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "store/account_credentials.h"
#include "store/api_keys_table.h"
#include "store/connect_sessions_table.h"
#include "store/connector_approvals_table.h"
#include "store/data_keys_table.h"
#include "store/database_lock.h"
#include "store/events_table.h"
#include "store/migrations.h"
#include "store/open_vault.h"
#include "store/operator_access_table.h"
#include "store/restored_accounts_table.h"
#include "store/revocations_table.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_restore.h"
#include "store/store_epoch_table.h"
#include "store/verify_database.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNow = 1'750'000'000'000;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

struct BackupTest : testing::Test {
  TestFolder folder;
  std::string database = folder.file("patchbay.db");
  std::string backup = folder.file("backup.db");
  OsRandom random;
  vault::KeyEncryptionKey kek = vault::KeyEncryptionKey::generate(random);
  std::unique_ptr<Database> db = migrated(database);
  vault::Vault vault = open_vault(*db, kek, random, 1).value();

  BackupTest() {
    add_project(*db);
    auto integration = example_integration();
    integration.sealed_setup =
        vault
            .seal("the operator's client",
                  {"integrations", "prj_1", integration.id, "setup", integration.setup_generation})
            .value();
    EXPECT_TRUE(integrations_table::insert(*db, integration));
  }

  void add_account(const std::string& id) {
    const Account account = example_account(id, "owner of " + id);
    EXPECT_TRUE(accounts_table::insert(*db, account));
    const auto seal = [&](std::string_view table, const char* name) {
      return vault.seal("value of " + id, {table, "prj_1", id, name, 1}).value();
    };
    EXPECT_TRUE(account_credentials::insert(
        *db, account, {{"client_secret", seal(kSecretsTable, "client_secret"), 1}},
        {{"v2", seal(kTokensTable, "v2"), "Bearer", "", kNow, kNow + 1'000, 1}}));
  }
  void unlink(const std::string& id) {
    EXPECT_TRUE(accounts_table::remove(*db, "prj_1", id));
    EXPECT_TRUE(events_table::append(*db, {0, "prj_1", "account.deleted", id, "{}", kNow}));
  }
  void order_revocation(const std::string& id) {
    Revocation job;
    job.id = id;
    job.project_id = "prj_1";
    job.connector_id = "personio";
    job.reason = "unlink";
    job.next_attempt = job.created = kNow;
    job.give_up_at = kNow + 1'000'000;
    job.sealed_payload =
        vault.seal("tokens", {kRevocationsTable, "prj_1", id, "payload", 0}).value();
    EXPECT_TRUE(revocations_table::enqueue(*db, job));
  }
  void make_backup() {
    const auto made = backup_sqlite(database, backup, kNow, {});
    ASSERT_TRUE(made) << made.error().message;
  }
  Restored restore() {
    db.reset();
    auto done = restore_sqlite({.backup = backup,
                                .database = StoreLocation::file(database),
                                .key = &kek,
                                .now_ms = kNow + 5'000},
                               {});
    EXPECT_TRUE(done) << done.error().message;
    db = open_or_fail(database);
    return done ? *std::move(done) : Restored();
  }
  std::int64_t number(const std::string& sql) { return db->query(sql)->at(0).integer(0); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
  }
};

TEST_F(BackupTest, ABackupIsWholePrivateAndOneFile) {
  add_account("acc_1");
  std::int64_t last = -1;
  const auto made = backup_sqlite(database, backup, kNow, [&](std::int64_t done, std::int64_t all) {
    EXPECT_LE(done, all);
    last = all - done;
  });
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(last, 0) << "progress did not reach the end";
  struct stat about{};
  ASSERT_EQ(::stat(backup.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  EXPECT_EQ(about.st_nlink, 1U) << "it has a second name";
  const auto before = files();
  const auto facts = verify_sqlite(backup, &kek);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->accounts, 1);
  EXPECT_EQ(facts->opened, 3);
  EXPECT_EQ(facts->backup_taken, kNow);
  EXPECT_EQ(facts->schema_version, latest_schema_version());
  EXPECT_EQ(files(), before) << "verifying left a file";
}

TEST_F(BackupTest, ABackupOverwritesNothingAndAFailedOneLeavesNothing) {
  write_file(backup, "mine");
  EXPECT_EQ(code_of(backup_sqlite(database, backup, kNow, {})), ErrorCode::kConflict);
  EXPECT_EQ(read_file(backup), "mine");
  const auto before = files();
  EXPECT_EQ(code_of(backup_sqlite(database, folder.file("none/backup.db"), kNow, {})),
            ErrorCode::kStorage);
  EXPECT_EQ(code_of(backup_sqlite(folder.file("none.db"), folder.file("b.db"), kNow, {})),
            ErrorCode::kStorage);
  EXPECT_EQ(files(), before);
  EXPECT_FALSE(fs::exists(folder.file("b.db")));
}

TEST_F(BackupTest, ABackupMadeWhileTheHubWritesIsOneMomentOfIt) {
  std::atomic<bool> stop{false};
  std::atomic<int> written{0};
  std::jthread writer([&] {
    const auto other = open_or_fail(database, 5'000);
    while (!stop) {
      const auto id = std::to_string(written);
      ASSERT_TRUE(other->begin(Access::kWrite));
      for (const auto* half : {"a", "b"})
        ASSERT_TRUE(projects_table::insert(*other, {id + half, std::string(3'000, 'x'), 1}));
      ASSERT_TRUE(other->commit());
      ++written;
    }
  });
  const auto more_than = [&](int count) {
    while (written <= count) std::this_thread::yield();
  };
  more_than(20);
  bool meanwhile = false;
  const auto made = backup_sqlite(database, backup, kNow, [&](std::int64_t, std::int64_t) {
    if (!std::exchange(meanwhile, true)) more_than(written);
  });
  stop = true;
  writer.join();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(meanwhile) << "nothing was written during the copy";
  db = open_or_fail(backup);
  EXPECT_GE(number("SELECT count(*) FROM projects"), 41);
  EXPECT_EQ(number("SELECT count(*) FROM projects") % 2, 1) << "half a transaction";
}

TEST_F(BackupTest, VerifyingFindsADamagedPageAndATruncatedFile) {
  for (int i = 0; i < 30; ++i) add_account("acc_" + std::to_string(i));
  make_backup();
  const auto whole = read_file(backup);
  constexpr std::size_t kPage = 4096;
  int found = 0;
  int pages = 0;
  for (std::size_t at = 0; at < whole.size(); at += kPage, ++pages) {
    auto broken = whole;
    for (std::size_t i = at; i < at + kPage; ++i) broken[i] = static_cast<char>(i * 37 + 11);
    write_file(backup, broken);
    const auto verified = verify_sqlite(backup, nullptr);
    if (verified) continue;
    ++found;
    EXPECT_EQ(verified.error().code, ErrorCode::kStorage) << verified.error().message;
  }
  EXPECT_EQ(found, pages);
  write_file(backup, whole.substr(0, whole.size() / 2));
  EXPECT_EQ(code_of(verify_sqlite(backup, nullptr)), ErrorCode::kStorage);
  write_file(backup, "");
  EXPECT_EQ(code_of(verify_sqlite(backup, nullptr)), ErrorCode::kStorage);
  EXPECT_EQ(code_of(verify_sqlite(folder.file("none.db"), nullptr)), ErrorCode::kStorage);
}

TEST_F(BackupTest, VerifyingFindsASealedValueThatDoesNotOpenAndTheWrongKey) {
  add_account("acc_1");
  order_revocation("rev_1");
  make_backup();
  const auto other = vault::KeyEncryptionKey::generate(random);
  EXPECT_EQ(code_of(verify_sqlite(backup, &other)), ErrorCode::kConfiguration);
  for (const auto* damage : {"UPDATE account_tokens SET sealed = zeroblob(length(sealed))",
                             "UPDATE account_secrets SET generation = generation + 1",
                             "UPDATE revocations SET id = 'rev_2'"}) {
    db = open_or_fail(backup);
    ASSERT_TRUE(db->execute(damage));
    db.reset();
    EXPECT_EQ(code_of(verify_sqlite(backup, &kek)), ErrorCode::kStorage) << damage;
    EXPECT_TRUE(verify_sqlite(backup, nullptr)) << "the file itself is whole";
    fs::remove(backup);
    db = open_or_fail(database);
    make_backup();
  }
}

TEST_F(BackupTest, ABackupOfAnEarlierVersionIsVerifiedTooWithTheKey) {
  for (auto version = latest_schema_version(); version >= 3; --version) {
    const std::string path = folder.file("version_" + std::to_string(version) + ".db");
    const auto earlier = open_sqlite({.path = path});
    ASSERT_TRUE(earlier);
    ASSERT_TRUE(migrate_to(**earlier, version));
    ASSERT_TRUE(open_vault(**earlier, kek, random, 1));
    const auto facts = verify_sqlite(path, &kek);
    ASSERT_TRUE(facts) << version << ": " << facts.error().message;
    EXPECT_EQ(facts->schema_version, version);
  }
}

TEST_F(BackupTest, ARestoreBringsTheAccountsBackMarkedAndKeepsTheOldDatabase) {
  add_account("acc_1");
  make_backup();
  add_account("acc_2");
  const auto restored = restore();
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 1);
  EXPECT_TRUE(restored_accounts_table::holds(*db, "acc_1", 1).value());
  EXPECT_FALSE(restored_accounts_table::holds(*db, "acc_1", 2).value());
  const auto epoch = store_epoch_table::current(*db).value();
  EXPECT_EQ(epoch.epoch, 2);
  EXPECT_EQ(epoch.restored, kNow + 5'000);
  ASSERT_FALSE(restored.aside.empty());
  db = open_or_fail(restored.aside);
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 2) << "the old one is not as it was";
}

TEST_F(BackupTest, WhatWasTakenAwaySinceTheBackupStaysTakenAway) {
  for (const auto* id : {"acc_kept", "acc_unlinked", "acc_suspended"}) add_account(id);
  for (const auto* id : {"key_kept", "key_withdrawn"})
    ASSERT_TRUE(api_keys_table::insert(*db, {id, "prj_1", id, "hash", id, "accounts", 1, 0, 0}));
  const ConnectorApproval approval{"aa", "personio", "1", "{}", "", "operator", "page", 10, false};
  ASSERT_TRUE(connector_approvals_table::decide(*db, approval));
  ConnectSession session;
  session.id = "cs_1";
  session.project_id = "prj_1";
  session.token_hash = "hash";
  session.owner_id = "owner";
  session.expires = kNow * 2;
  ASSERT_TRUE(connect_sessions_table::insert(*db, session));
  ASSERT_TRUE(operator_sessions_table::insert(*db, {"s", 1, kNow * 2, "csrf"}));
  ASSERT_TRUE(signin_links_table::insert(*db, {"l", 1, kNow * 2, 0}));
  order_revocation("rev_old");
  make_backup();

  unlink("acc_unlinked");
  ASSERT_TRUE(accounts_table::suspend(*db, "prj_1", "acc_suspended", "why", kNow));
  ASSERT_TRUE(api_keys_table::revoke(*db, "prj_1", "key_withdrawn", kNow));
  auto withdrawn = approval;
  withdrawn.withdrawn = true;
  withdrawn.decided = 20;
  ASSERT_TRUE(connector_approvals_table::decide(*db, withdrawn));
  ASSERT_TRUE(revocations_table::finish(*db, "rev_old"));
  order_revocation("rev_new");

  const auto restored = restore();
  ASSERT_TRUE(restored.carried) << restored.why_not_carried;
  EXPECT_EQ(restored.carried->unlinked, 1);
  EXPECT_EQ(restored.carried->suspended, 1);
  EXPECT_EQ(restored.carried->withdrawn_keys, 1);
  EXPECT_EQ(restored.carried->withdrawn_approvals, 1);
  EXPECT_EQ(restored.carried->revocations, 1);
  EXPECT_FALSE(accounts_table::find_any(*db, "acc_unlinked").value());
  EXPECT_EQ(accounts_table::find_any(*db, "acc_suspended").value()->status,
            AccountStatus::kInactive);
  EXPECT_EQ(accounts_table::find_any(*db, "acc_kept").value()->status, AccountStatus::kActive);
  EXPECT_NE(api_keys_table::find_by_prefix(*db, "key_withdrawn").value()->revoked, 0);
  EXPECT_EQ(api_keys_table::find_by_prefix(*db, "key_kept").value()->revoked, 0);
  EXPECT_TRUE(connector_approvals_table::find(*db, "aa").value()->withdrawn);
  EXPECT_TRUE(revocations_table::find(*db, "rev_new").value()) << "pending, and forgotten";
  EXPECT_TRUE(revocations_table::find(*db, "rev_old").value()) << "told again does no harm";
  EXPECT_EQ(open_all_sealed(*db, vault).value(), 7);
  EXPECT_EQ(connect_sessions_table::find(*db, "prj_1", "cs_1").value()->status,
            SessionStatus::kCancelled);
  EXPECT_EQ(number("SELECT count(*) FROM operator_sessions"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM signin_links"), 0);
}

TEST_F(BackupTest, AnOlderDatabaseThatIsReplacedTakesNoAccountAway) {
  add_account("acc_1");
  make_backup();
  std::string older = folder.file("older.db");
  fs::rename(backup, older);
  add_account("acc_2");
  make_backup();
  std::swap(backup, older);
  restore();
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 1);
  std::swap(backup, older);
  restore();
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 2);
}

TEST_F(BackupTest, APendingRevocationSealedWithAYoungerDataKeyIsCarriedOverWithIt) {
  make_backup();
  const auto younger = vault::create_data_key(kek, random, kNow).value();
  ASSERT_TRUE(data_keys_table::insert(*db, younger));
  vault = vault::Vault::unlock(kek, data_keys_table::list(*db).value(), random).value();
  ASSERT_EQ(vault.sealing_key_id(), younger.id);
  order_revocation("rev_1");
  EXPECT_EQ(restore().carried->revocations, 1);
  const auto opened = vault::Vault::unlock(kek, data_keys_table::list(*db).value(), random);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(open_all_sealed(*db, *opened));
}

TEST_F(BackupTest, ADamagedForeignOrMissingDatabaseIsReplacedAndNothingIsTakenFromIt) {
  add_account("acc_1");
  make_backup();
  db.reset();
  write_file(database, std::string(9'000, 'x'));
  auto restored = restore();
  EXPECT_FALSE(restored.carried);
  EXPECT_FALSE(restored.why_not_carried.empty());
  EXPECT_EQ(read_file(restored.aside), std::string(9'000, 'x'));
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 1);

  db.reset();
  fs::remove(database);
  db = migrated(database);
  add_project(*db, "prj_other");
  ASSERT_TRUE(events_table::append(*db, {0, "prj_other", "account.deleted", "acc_1", "{}", kNow}));
  restored = restore();
  EXPECT_FALSE(restored.carried);
  EXPECT_NE(restored.why_not_carried.find("another installation"), std::string::npos);
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 1);

  db.reset();
  database = folder.file("new machine/patchbay.db");
  restored = restore();
  EXPECT_TRUE(restored.aside.empty());
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 1);
}

TEST_F(BackupTest, ARestoreIsRefusedWhileSomebodyHasTheDatabaseOpen) {
  make_backup();
  const auto refused = restore_sqlite(
      {.backup = backup, .database = StoreLocation::file(database), .key = &kek, .now_ms = kNow},
      {});
  ASSERT_EQ(code_of(refused), ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("Stop the hub"), std::string::npos);
  EXPECT_EQ(store_epoch_table::current(*db)->epoch, 1);
}

TEST_F(BackupTest, ABackupThatIsDamagedOrOfAnotherKeyReplacesNothing) {
  add_account("acc_1");
  make_backup();
  db.reset();
  const auto before = read_file(database);
  const auto other = vault::KeyEncryptionKey::generate(random);
  EXPECT_EQ(code_of(restore_sqlite({.backup = backup,
                                    .database = StoreLocation::file(database),
                                    .key = &other,
                                    .now_ms = kNow},
                                   {})),
            ErrorCode::kConfiguration);
  write_file(backup, read_file(backup).substr(0, 20'000));
  EXPECT_EQ(code_of(restore_sqlite({.backup = backup,
                                    .database = StoreLocation::file(database),
                                    .key = &kek,
                                    .now_ms = kNow},
                                   {})),
            ErrorCode::kStorage);
  EXPECT_EQ(read_file(database), before);
  db = open_or_fail(database);
}

TEST_F(BackupTest, ARestoreThatWasCutShortKeepsEverybodyOutUntilItIsDoneAgain) {
  add_account("acc_1");
  make_backup();
  db.reset();
  fs::copy_file(backup, restore_mark(database));
  fs::remove(database);  // as far as it can have come
  SqliteOptions options;
  options.path = database;
  const auto refused = open_sqlite(options);
  ASSERT_EQ(code_of(refused), ErrorCode::kStorage);
  EXPECT_NE(refused.error().message.find("patchbay store restore"), std::string::npos);
  EXPECT_FALSE(fs::exists(database)) << "an empty database took its place";
  restore();
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 1);
  EXPECT_FALSE(fs::exists(restore_mark(database)));
}

TEST_F(BackupTest, TheOldDatabasesLogGoesAsideWithIt) {
  make_backup();
  add_account("acc_1");  // in the write-ahead log alone
  const auto log = read_file(database + "-wal");
  const auto main = read_file(database);
  ASSERT_FALSE(log.empty());
  db.reset();
  write_file(database, main);  // as after kill -9
  write_file(database + "-wal", log);
  const auto restored = restore();
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 0) << "the old log was applied to the backup";
  db = open_or_fail(restored.aside);
  EXPECT_EQ(number("SELECT count(*) FROM accounts"), 1);
}

}  // namespace
}  // namespace patchbay::store
