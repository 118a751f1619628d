// A backup is taken while the hub serves, and put back: what was revoked stays revoked, restored
// tokens are not used, and a rotating one is never presented.
#include "hub_fixture.h"
#include "store/store_backup.h"
#include "support/postgres_cluster.h"

namespace patchbay::integration {
namespace {

using store::AccountStatus;

enum class Kind : std::uint8_t { kSqlite, kPostgres };

class RestoreTest : public HubTest, public testing::WithParamInterface<Kind> {
 protected:
  RestoreTest() {
    if (GetParam() == Kind::kPostgres) new_database();
  }

  std::string database() const { return cli::database_path(data); }
  store::StoreLocation location() const {
    return store_location.value_or(store::StoreLocation::file(database()));
  }

  void back_up() {
    const auto done = store::backup_store(location(), backup, SystemClock().unix_ms(), {});
    ASSERT_TRUE(done) << done.error().message;
  }
  // Closes the hub, restores, and opens it again.
  void restore() {
    close_hub();
    const auto key = vault::load_key(vault::KeyFile{key_file});
    const auto done = store::restore_store({.backup = backup,
                                            .database = location(),
                                            .folder = data,
                                            .key = &key.value(),
                                            .now_ms = SystemClock().unix_ms()},
                                           {});
    ASSERT_TRUE(done) << done.error().message;
    aside = done->aside;
    open_hub();
  }
  // As when the machine was lost and only the backup is left.
  void lose_database() {
    close_hub();
    if (store_location) return new_database();
    for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove(database() + suffix);
  }
  void new_database() {
    store_location =
        store::StoreLocation::parse(SecretString(testing_support::new_postgres_schema())).value();
  }
  std::string link_misfit(const std::string& library) {
    drop("misfit.so", bad_connector(library));
    open_hub();
    const auto outcome = wait(
        hub->accounts().link(link_request({"id", "secret"}, session_request("acme"), "misfit")));
    return outcome.account ? outcome.account->id : outcome.error.message;
  }

  std::string backup = folder / "backup.db";
  std::string aside;  // where the last restore left what it replaced
};

TEST_P(RestoreTest, AnAccountOutOfABackupMintsAnewAndItsOldTokensAreRevoked) {
  open_hub();
  const auto id = linked().id;
  const auto old = token_value(id);
  back_up();
  lose_database();
  restore();
  EXPECT_EQ(account(id).status, AccountStatus::kActive);
  const auto fresh = token_value(id);
  EXPECT_NE(fresh, old) << "a restored token was served";
  EXPECT_TRUE(personio.token_is_valid(fresh));
  EXPECT_TRUE(revocations_done());
  EXPECT_FALSE(personio.token_is_valid(old));
  EXPECT_EQ(personio.valid_tokens(), 2U) << "those of the account";
}

TEST_P(RestoreTest, AnAccountUnlinkedSinceTheBackupStaysUnlinkedAndItsTokensRevoked) {
  open_hub();
  const auto gone = linked(personio.default_integration(), "gone").id;
  const auto kept = linked(personio.default_integration(), "kept").id;
  back_up();
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), gone)));
  ASSERT_TRUE(revocations_done());
  restore();
  EXPECT_FALSE(wait(hub->accounts().get(hub->project_id(), gone)));
  EXPECT_TRUE(token(kept));
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(), 2U);
}

TEST_P(RestoreTest, ARevocationThatWasPendingWhenTheBackupCameIsStillDelivered) {
  open_hub();
  const auto id = linked().id;
  back_up();
  personio.kit().inject(
      {.kind = FaultKind::status, .route = kRevokeRoute, .times = 0, .status = 503});
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), id)));
  ASSERT_TRUE(called(kRevokeRoute));
  close_hub();
  personio.kit().clear_faults();
  EXPECT_EQ(personio.valid_tokens(), 2U);
  restore();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(), 0U);
}

TEST_P(RestoreTest, ARotatingTokenOutOfABackupIsNeverPresented) {
  const auto id = link_misfit("rotating");
  ASSERT_TRUE(refresh(id)) << "it refreshes before";
  back_up();
  lose_database();
  restore();
  EXPECT_TRUE(wait_until([&] { return account(id).status == AccountStatus::kError; }));
  EXPECT_EQ(account(id).reason_code, "reconnect_needed");
  EXPECT_FALSE(token(id, 0, "main"));
  EXPECT_FALSE(refresh(id)) << "by hand neither";
  EXPECT_EQ(account(id).generation, 2) << "its connector was asked";
  ASSERT_TRUE(
      wait(hub->accounts().link(link_request({"id", "secret"}, session_request("acme"), "misfit")))
          .account);
  EXPECT_EQ(account(id).status, AccountStatus::kActive);
  EXPECT_TRUE(token(id, 0, "main"));
  EXPECT_TRUE(refresh(id));
}

TEST_P(RestoreTest, ARotatingTokenIsNotPresentedBeforeItsConnectorIsThereEither) {
  const auto id = link_misfit("rotating");
  back_up();
  fs::remove(connectors + "/misfit.so");
  lose_database();
  restore();
  const auto refused = token(id, 0, "main");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(wait(hub->restored().settle())->waiting, 1U);
  drop("misfit.so", bad_connector("rotating"));
  ASSERT_TRUE(wait_until([&] { return hub->registry().find("misfit") != nullptr; }));
  EXPECT_FALSE(token(id, 0, "main"));
  EXPECT_EQ(account(id).reason_code, "reconnect_needed");
  EXPECT_EQ(account(id).generation, 1);
}

TEST_P(RestoreTest, ATokenThatCannotBeRenewedIsServedAsItWas) {
  const auto id = link_misfit("never_renews");
  back_up();
  restore();
  EXPECT_EQ(token_value(id, "main"), "misfit-token");
  EXPECT_EQ(account(id).generation, 1);
}

TEST_P(RestoreTest, WhatWasReplacedCanBePutBackItself) {
  open_hub();
  linked(personio.default_integration(), "before");
  back_up();
  const auto later = linked(personio.default_integration(), "later").id;
  restore();
  EXPECT_FALSE(wait(hub->accounts().get(hub->project_id(), later)));
  ASSERT_FALSE(aside.empty());
  backup = aside;
  restore();
  EXPECT_TRUE(wait(hub->accounts().get(hub->project_id(), later)));
  EXPECT_TRUE(token(later));
}

INSTANTIATE_TEST_SUITE_P(Every, RestoreTest, testing::Values(Kind::kSqlite, Kind::kPostgres),
                         [](const testing::TestParamInfo<Kind>& kind) {
                           return kind.param == Kind::kSqlite ? "Sqlite" : "Postgres";
                         });

}  // namespace
}  // namespace patchbay::integration
