// Stores that earlier versions left behind, rows and all: every one comes up to date, with nothing
// lost and every sealed value open. stores/version_N.sql holds the rows that version N added.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "base/encoding.h"
#include "store/account_credentials.h"
#include "store/api_keys_table.h"
#include "store/change_sequence_table.h"
#include "store/connect_sessions_table.h"
#include "store/connector_approvals_table.h"
#include "store/events_table.h"
#include "store/flows_table.h"
#include "store/open_vault.h"
#include "store/operator_access_table.h"
#include "store/revocations_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

// Statements end with ";" at the end of a line. {hex} outside of quotes becomes a value.
void run_script(Database& db, const std::string& path) {
  std::ifstream file(path);
  ASSERT_TRUE(file) << "a schema version needs rows that use what it brought: write " << path;
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  static const std::regex bytes(R"('[^']*'|\{([0-9a-f]*)\})");
  for (std::size_t from = 0, end = 0; (end = all.find(";\n", from)) != std::string::npos;
       from = end + 2) {
    const auto statement = all.substr(from, end - from);
    std::string sql;
    std::vector<std::string> values;
    auto rest = statement.cbegin();
    for (std::sregex_iterator it(statement.begin(), statement.end(), bytes), last; it != last;
         ++it) {
      sql.append(rest, (*it)[0].first);
      rest = (*it)[0].second;
      if ((*it)[1].matched) values.push_back(hex_decode((*it)[1].str()).value());
      sql += (*it)[1].matched ? "?" : (*it)[0].str();
    }
    sql.append(rest, statement.cend());
    std::vector<Param> params;
    params.reserve(values.size());
    for (const auto& value : values) params.emplace_back(BlobView{value});
    const auto done = db.execute(sql, params);
    ASSERT_TRUE(done) << sql << ": " << done.error().message;
  }
}

struct UpgradeTest : testing::TestWithParam<Kind> {
  OsRandom random;

  // A store that lived through all versions up to this one.
  static void live_until(Database& db, std::int64_t version) {
    for (std::int64_t step = 1; step <= version; ++step) {
      ASSERT_TRUE(migrate_to(db, step));
      run_script(db,
                 PATCHBAY_SOURCE_DIR "/tests/unit/stores/version_" + std::to_string(step) + ".sql");
    }
  }
  Result<vault::Vault> vault_of(Database& db) {
    std::string key;
    for (int i = 0; i < 32; ++i) key += "5a";
    PATCHBAY_TRY_ASSIGN(const auto kek, vault::KeyEncryptionKey::parse(key));
    return open_vault(db, kek, random, 2'000);
  }
  void expect_everything_opens(Database& db) {
    const auto vault = vault_of(db);
    ASSERT_TRUE(vault) << vault.error().message;
    const auto secret = account_credentials::secrets(db, "acc_1")->at(0);
    const auto opened = vault->open(
        secret.sealed, {kSecretsTable, "prj_1", "acc_1", "client_secret", secret.generation});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(opened->equals("the client secret of 2024"));
    const auto token = account_credentials::tokens(db, "acc_1")->at(0);
    const auto access =
        vault->open(token.sealed, {kTokensTable, "prj_1", "acc_1", "v2", token.generation});
    ASSERT_TRUE(access) << access.error().message;
    EXPECT_TRUE(access->equals("the access token of 2024"));
    const auto job = revocations_table::find(db, "rev_1")->value();
    EXPECT_TRUE(vault->open(job.sealed_payload, {kRevocationsTable, "prj_1", "rev_1", "payload", 0})
                    ->equals("what the provider is to be told"));
  }
  static void expect_every_row(Database& db) {
    const auto account = accounts_table::find(db, "prj_1", "acc_1")->value();
    EXPECT_EQ(account.owner_name, "Müller & Söhne");
    EXPECT_EQ(account.metadata, R"({"plan":"x"})");
    EXPECT_EQ(account.status, AccountStatus::kActive);
    EXPECT_EQ(account.generation, 4);
    EXPECT_EQ(account.next_refresh, 1006);
    EXPECT_EQ(integrations_table::find_default(db, "prj_1", "example")->value().id, "int_1");
    EXPECT_EQ(connect_sessions_table::find_by_token_hash(db, "hash")->value().owner_id, "owner_1");
    EXPECT_EQ(revocations_table::find(db, "rev_1")->value().attempts, 2);
    EXPECT_EQ(api_keys_table::find_by_prefix(db, "pb_1")->value().name, "my-app");
    EXPECT_TRUE(operator_sessions_table::find(db, "hash", 1)->has_value());
    EXPECT_TRUE(signin_links_table::consume(db, "hash", 1).value());
    EXPECT_EQ(flows_table::find(db, "flow_1")->value().session_id, "ses_1");
    EXPECT_EQ(change_sequence_table::current(db).value(), 17);
    EXPECT_EQ(events_table::append(db, {0, "prj_1", "k", "acc_1", "{}", 1}).value(), 2);
  }
};

TEST_P(UpgradeTest, AStoreOfEveryVersionComesUpToDateWithAllThatIsInIt) {
  for (std::int64_t version = 1; version <= latest_schema_version(); ++version) {
    const TestPlace place(GetParam());
    const auto db = place.open();
    live_until(*db, version);
    const auto done = migrate(*db);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(schema_version(*db).value(), latest_schema_version());
    expect_everything_opens(*db);
    expect_every_row(*db);
    if (version >= 2) EXPECT_EQ(connector_approvals_table::find(*db, "00ff")->value().actor, "ada");
  }
}

INSTANTIATE_TEST_SUITE_P(Every, UpgradeTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
