// Keys that change under the records they seal: every sealed column is known, every record comes
// through, whoever changed one meanwhile wins, and no key is removed that something needs.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "store/account_credentials.h"
#include "store/data_keys_table.h"
#include "store/flows_table.h"
#include "store/idempotency_table.h"
#include "store/key_rotation.h"
#include "store/open_vault.h"
#include "store/provider_events_table.h"
#include "store/request_logs_table.h"
#include "store/revocations_table.h"
#include "store/sealed_columns.h"
#include "store/webhook_endpoints_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace rotation = key_rotation;

// Two tenants with a record in every sealed column.
struct KeyRotationTest : testing::Test {
  OsRandom random;
  vault::KeyEncryptionKey kek = vault::KeyEncryptionKey::generate(random);
  vault::KeyChain chain{kek};
  std::unique_ptr<Database> owned = migrated();
  Database& db = *owned;
  vault::Vault vault = open_vault(db, chain, random, 1'000).value();
  // What each record holds, by place.
  std::map<std::string, std::string> contents;

  KeyRotationTest() {
    fill("prj_1", "1");
    fill("prj_2", "2");
  }

  static std::string key_of(const vault::Place& place) {
    return std::string(place.table) + "/" + std::string(place.project_id) + "/" +
           std::string(place.row_id) + "/" + std::string(place.column);
  }
  std::string seal(const vault::Place& place) {
    contents[key_of(place)] = "secret of " + key_of(place);
    return vault.seal(contents[key_of(place)], place).value();
  }

  void fill(const std::string& project, const std::string& n) {
    add_project(db, project);
    auto integration = example_integration("int_" + n, project);
    integration.sealed_setup = seal({"integrations", project, integration.id, "setup", 1});
    ASSERT_TRUE(integrations_table::insert(db, integration));
    auto account = example_account("acc_" + n);
    account.project_id = project;
    account.integration_id = integration.id;
    ASSERT_TRUE(accounts_table::insert(db, account));
    ASSERT_TRUE(account_credentials::insert(
        db, account,
        {{"client_secret", seal({kSecretsTable, project, account.id, "client_secret", 1}), 1},
         {"pin", seal({kSecretsTable, project, account.id, "pin", 1}), 1}},
        {{"v1", seal({kTokensTable, project, account.id, "v1", 1}), "bearer", "", 1, 2, 1},
         {"v2", seal({kTokensTable, project, account.id, "v2", 1}), "bearer", "", 1, 2, 1}}));
    Revocation job;
    job.id = "rev_" + n;
    job.project_id = project;
    job.sealed_payload = seal({kRevocationsTable, project, job.id, "payload", 0});
    ASSERT_TRUE(revocations_table::enqueue(db, job));
    Flow flow;
    flow.id = "flow_" + n;
    flow.project_id = project;
    flow.kind = "connect";
    flow.sealed = seal({kFlowsTable, project, flow.id, "sealed", 0});
    ASSERT_TRUE(flows_table::insert(db, flow));
    WebhookEndpoint endpoint;
    endpoint.id = "wh_" + n;
    endpoint.project_id = project;
    ASSERT_TRUE(webhook_endpoints_table::insert(db, endpoint));
    const std::string secret = "whs_" + n;
    ASSERT_TRUE(webhook_endpoints_table::insert_secret(
        db, {secret, endpoint.id, project,
             seal({kWebhookSecretsTable, project, secret, "secret", 0}), 1, 0}));
    IdempotencyRecord answer;
    answer.id = "idem_" + n;
    answer.project_id = project;
    answer.sealed = seal({kIdempotencyTable, project, answer.id, "answer", 0});
    ASSERT_TRUE(idempotency_table::claim(db, answer, 0));
    RequestLog log;
    log.id = "log_" + n;
    log.project_id = project;
    log.sealed_bodies = seal({kLoggedBodiesTable, project, log.id, "bodies", 0});
    ASSERT_TRUE(request_logs_table::insert(db, log));
    ProviderEvent event;
    event.id = "pev_" + n;
    event.project_id = project;
    event.account_id = account.id;
    event.sealed = seal({kProviderEventsTable, project, event.id, "payload", 0});
    ASSERT_TRUE(provider_events_table::insert(db, event));
  }

  struct Sealed {
    const SealedColumn* column;
    SealedRow row;
  };
  std::vector<Sealed> everything() {
    std::vector<Sealed> all;
    for (const auto& column : sealed_columns()) {
      auto rows = sealed_rows::not_sealed_with(db, column, "no key", "", "", 1'000);
      EXPECT_TRUE(rows) << rows.error().message;
      for (auto& row : *rows) all.push_back({&column, std::move(row)});
    }
    return all;
  }

  vault::Vault fresh_vault() {
    return vault::Vault::unlock(chain, data_keys_table::list(db).value(), random).value();
  }
  void expect_all_open() {
    const auto now = fresh_vault();
    const auto all = everything();
    EXPECT_EQ(all.size(), contents.size());
    for (const auto& [column, row] : all) {
      const auto place = row.place(*column);
      const auto opened = now.open(row.sealed, place);
      ASSERT_TRUE(opened) << opened.error().message;
      EXPECT_TRUE(opened->equals(contents[key_of(place)])) << key_of(place);
    }
  }
  std::int64_t records_under(const std::string& key) {
    std::int64_t records = 0;
    for (const auto& use : sealed_rows::count_by_key(db).value())
      if (use.key_id == key) records += use.records;
    return records;
  }
  rotation::Walk walk_all(std::int64_t step = 1'000) {
    rotation::Walk walk;
    while (!walk.finished()) walk = rotation::step(db, chain, random, walk, step).value();
    return walk;
  }
};

TEST_F(KeyRotationTest, EverySealedColumnOfTheSchemaIsInTheList) {
  std::set<std::string> known{"data_keys.wrapped"};  // by the key-encryption key, not by the vault
  for (const auto& column : sealed_columns())
    known.insert(std::string(column.table) + "." + std::string(column.column));
  const auto tables =
      db.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
  std::set<std::string> found;
  for (const auto& table : *tables) {
    const auto columns =
        db.query("SELECT name FROM pragma_table_info(?) WHERE type = 'BLOB'", {table.text(0)});
    for (const auto& column : *columns) found.insert(table.text(0) + "." + column.text(0));
  }
  EXPECT_EQ(found, known) << "add it to sealed_columns(), or say here why it is no sealed column";
}

TEST_F(KeyRotationTest, EverySealedTableKeepsTheKeysItNeedsFromBeingRemoved) {
  for (const auto& column : sealed_columns()) {
    const auto references = db.query(
        "SELECT count(*) FROM pragma_foreign_key_list(?) WHERE \"table\" = 'data_keys' "
        "AND \"from\" = 'data_key_id'",
        {column.table});
    EXPECT_EQ(references->at(0).integer(0), 1) << column.table;
  }
  EXPECT_EQ(data_keys_table::remove(db, vault.sealing_key_id()).error().code,
            ErrorCode::kInvalidArgument);
}

TEST_F(KeyRotationTest, ThePlacesInTheListAreThoseTheHubSealsFor) {
  expect_all_open();
}

TEST_F(KeyRotationTest, EveryRecordComesUnderTheNewKeyAndTheOldOneGoes) {
  const auto old_key = vault.sealing_key_id();
  EXPECT_EQ(records_under(old_key), static_cast<std::int64_t>(contents.size()));
  const auto target = rotation::begin(db, chain, random, 2'000).value();
  EXPECT_FALSE(target.resumed);
  const auto walk = walk_all(3);
  EXPECT_EQ(walk.resealed, static_cast<std::int64_t>(contents.size()));
  EXPECT_EQ(records_under(target.key_id), static_cast<std::int64_t>(contents.size()));
  expect_all_open();
  EXPECT_TRUE(rotation::remove_unused(db, 1'999)->empty()) << "retired a moment ago";
  EXPECT_EQ(rotation::remove_unused(db, 2'000).value(), std::vector{old_key});
  expect_all_open();
  EXPECT_EQ(walk_all().found(), 0);
}

TEST_F(KeyRotationTest, InterruptedAfterAnyRecordItGoesOnWhereItWas) {
  const auto total = static_cast<std::int64_t>(contents.size());
  for (std::int64_t done = 0; done <= total; ++done) {
    const auto target = rotation::begin(db, chain, random, 2'000 + done).value();
    ASSERT_FALSE(target.resumed);
    rotation::Walk walk;
    for (std::int64_t i = 0; i < done; ++i)
      walk = rotation::step(db, chain, random, walk, 1).value();
    // Here the process dies: what it knew is gone.
    expect_all_open();
    const auto again = rotation::begin(db, chain, random, 3'000).value();
    EXPECT_TRUE(again.resumed);
    EXPECT_EQ(again.key_id, target.key_id) << "no further key is made";
    EXPECT_EQ(walk_all().resealed, total - done);
    EXPECT_EQ(records_under(target.key_id), total);
    ASSERT_TRUE(data_keys_table::settle(db, target.key_id, 4'000));
    ASSERT_EQ(rotation::remove_unused(db, 10'000)->size(), 1U);
    expect_all_open();
  }
}

TEST_F(KeyRotationTest, WhoeverChangedARecordMeanwhileWins) {
  rotation::begin(db, chain, random, 2'000).value();
  const auto now = fresh_vault();
  for (const auto& [column, row] : everything()) {
    const auto place = row.place(*column);
    const auto theirs = now.seal("theirs", place).value();
    ASSERT_TRUE(sealed_rows::replace(db, *column, row, theirs).value());
    const auto ours = now.seal(contents[key_of(place)], place).value();
    EXPECT_FALSE(sealed_rows::replace(db, *column, row, ours).value()) << key_of(place);
    contents[key_of(place)] = "theirs";
  }
  expect_all_open();
}

TEST_F(KeyRotationTest, AReplacedCredentialKeepsItsGenerationThroughARotation) {
  rotation::begin(db, chain, random, 2'000).value();
  const auto now = fresh_vault();
  const vault::Place place{kTokensTable, "prj_1", "acc_1", "v2", 2};
  CredentialChange change;
  change.account_id = "acc_1";
  change.expected_generation = 1;
  change.tokens = {
      {"v2", vault.seal("minted under the old key", place).value(), "bearer", "", 1, 2, 2}};
  ASSERT_TRUE(account_credentials::replace(db, change));
  walk_all();
  const auto tokens = account_credentials::tokens(db, "acc_1").value();
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(tokens[0].generation, 2);
  EXPECT_EQ(data_key_of(tokens[0].sealed), now.sealing_key_id());
  EXPECT_TRUE(now.open(tokens[0].sealed, place)->equals("minted under the old key"));
}

TEST_F(KeyRotationTest, ARecordSealedWithAKeyThatIsGoneIsNotStored) {
  const vault::Place place{kTokensTable, "prj_1", "acc_1", "v2", 2};
  const auto late = vault.seal("from a process that was frozen", place).value();
  rotation::begin(db, chain, random, 2'000).value();
  walk_all();
  ASSERT_EQ(rotation::remove_unused(db, 10'000)->size(), 1U);
  CredentialChange change;
  change.account_id = "acc_1";
  change.expected_generation = 1;
  change.tokens = {{"v2", late, "bearer", "", 1, 2, 2}};
  ASSERT_TRUE(db.begin(Access::kWrite));
  EXPECT_EQ(account_credentials::replace(db, change).error().code, ErrorCode::kInvalidArgument);
  db.rollback();
  expect_all_open();
}

TEST_F(KeyRotationTest, ARecordThatDoesNotOpenStaysAndKeepsItsKey) {
  const auto old_key = vault.sealing_key_id();
  ASSERT_TRUE(
      db.execute("UPDATE account_tokens SET sealed = ? WHERE account_id = 'acc_2' AND "
                 "name = 'v1'",
                 {BlobView{vault.seal("x", {"elsewhere", "", "", "", 0}).value()}}));
  rotation::begin(db, chain, random, 2'000).value();
  const auto walk = walk_all(1);
  EXPECT_EQ(walk.unreadable, 1);
  ASSERT_EQ(walk.complaints.size(), 1U);
  EXPECT_NE(walk.complaints[0].find("account_tokens/v1 of acc_2"), std::string::npos);
  EXPECT_TRUE(rotation::remove_unused(db, 10'000)->empty());
  EXPECT_EQ(records_under(old_key), 1);
}

TEST_F(KeyRotationTest, RowsOfAnEarlierReleaseAreFilledInAndKeepEveryKeyUntilThen) {
  for (const auto& column : sealed_columns())
    ASSERT_TRUE(db.execute("UPDATE " + std::string(column.table) + " SET data_key_id = NULL"));
  EXPECT_EQ(records_under(""), static_cast<std::int64_t>(contents.size()));
  rotation::begin(db, chain, random, 2'000).value();
  EXPECT_TRUE(rotation::remove_unused(db, 10'000)->empty());
  EXPECT_EQ(walk_all().resealed, static_cast<std::int64_t>(contents.size()));
  EXPECT_EQ(records_under(""), 0);
  EXPECT_EQ(rotation::remove_unused(db, 10'000)->size(), 1U);
  expect_all_open();
}

TEST_F(KeyRotationTest, ANewKeyEncryptionKeyOpensEverythingAndTheOldOneNothing) {
  rotation::begin(db, chain, random, 2'000).value();  // two data keys
  const auto next = vault::KeyEncryptionKey::generate(random);
  const vault::KeyChain only_next(next);
  EXPECT_EQ(rotation::rewrap_all(db, only_next, random).error().code, ErrorCode::kConfiguration);
  // A chain of both, the new one first.
  const TestFolder folder;
  ASSERT_TRUE(vault::create_key_file(folder.file("new"), random));
  ASSERT_TRUE(vault::create_key_file(folder.file("old"), random));
  const auto from = vault::KeyChain::load({vault::KeyFile{folder.file("old")}}).value();
  for (const auto& key : data_keys_table::list(db).value()) {
    auto moved = vault::rewrap_data_key(
        kek, vault::load_key(vault::KeyFile{folder.file("old")}).value(), key, random);
    ASSERT_TRUE(data_keys_table::replace_wrapping(db, *moved));
  }
  const auto both = vault::KeyChain::load(
                        {vault::KeyFile{folder.file("new")}, vault::KeyFile{folder.file("old")}})
                        .value();
  EXPECT_EQ(rotation::rewrap_all(db, both, random).value(), 2);
  EXPECT_EQ(rotation::rewrap_all(db, both, random).value(), 0) << "again changes nothing";
  EXPECT_FALSE(vault::Vault::unlock(from, data_keys_table::list(db).value(), random));
  const auto to = vault::KeyChain::load({vault::KeyFile{folder.file("new")}}).value();
  EXPECT_TRUE(vault::Vault::unlock(to, data_keys_table::list(db).value(), random));
}

TEST_F(KeyRotationTest, ANewKeySealsEvenWhenTheClockWasSetBack) {
  const auto target = rotation::begin(db, chain, random, 5).value();
  EXPECT_EQ(fresh_vault().sealing_key_id(), target.key_id);
}

// ---- moved and damaged records, over all tables ----

TEST_F(KeyRotationTest, EverySwapOfTwoSealedValuesIsNoticed) {
  const auto all = everything();
  std::size_t tried = 0;
  for (const auto& one : all) {
    for (const auto& other : all) {
      if (one.column == other.column && one.row.id == other.row.id &&
          one.row.name == other.row.name)
        continue;
      const auto opened = vault.open(other.row.sealed, one.row.place(*one.column));
      ++tried;
      EXPECT_EQ(code_of(opened), ErrorCode::kStorage);
    }
  }
  EXPECT_EQ(tried, contents.size() * (contents.size() - 1));
}

TEST_F(KeyRotationTest, EveryFlippedBitOfEverySealedValueIsNoticed) {
  for (const auto& [column, row] : everything()) {
    for (std::size_t bit = 0; bit < row.sealed.size() * 8; ++bit) {
      std::string flipped = row.sealed;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      ASSERT_FALSE(vault.open(flipped, row.place(*column))) << column->table << " bit " << bit;
    }
  }
}

TEST_F(KeyRotationTest, AnOlderRecordPutBackAfterAChangeIsNoticed) {
  const auto before = account_credentials::tokens(db, "acc_1").value();
  for (const auto& token : before) {
    const auto opened = vault.open(token.sealed, {kTokensTable, "prj_1", "acc_1", token.name, 2});
    EXPECT_EQ(code_of(opened), ErrorCode::kStorage);
  }
}

}  // namespace
}  // namespace patchbay::store
