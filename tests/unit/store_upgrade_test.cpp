// Stores that earlier versions left behind, rows and all: every one comes up to date, with nothing
// lost and every sealed value open. stores/version_N.sql holds the rows that version N added.
#include <gtest/gtest.h>

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
#include "support/stored_rows.h"

namespace patchbay::store {
namespace {

struct UpgradeTest : testing::TestWithParam<Kind> {
  OsRandom random;

  // A store that lived through all versions up to this one.
  static void live_until(Database& db, std::int64_t version) {
    for (std::int64_t step = 1; step <= version; ++step) {
      ASSERT_TRUE(migrate_to(db, step));
      const auto added = add_stored_rows(db, PATCHBAY_SOURCE_DIR "/tests/unit/stores", step);
      ASSERT_TRUE(added) << added.error().message;
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
