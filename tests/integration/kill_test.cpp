// kill -9 of a hub in the middle of its work, then a restart: no account is lost, nothing half-done
// stays, what was promised to the provider is kept, and no token stays valid that nobody holds.
#include <regex>

#include "base/encoding.h"
#include "child_process.h"
#include "hub_fixture.h"
#include "stderr_capture.h"
#include "store/flows_table.h"
#include "store/sqlite_database.h"

namespace patchbay::integration {
namespace {

using store::AccountStatus;

class KillTest : public HubTest {
 protected:
  KillTest() { drop("personio.so", kPersonioLibrary); }

  std::unique_ptr<ChildProcess> child(const std::string& verb,
                                      const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> all{verb,
                                 data,
                                 key_file,
                                 connectors,
                                 kWorkerProgram,
                                 std::to_string(personio.port()),
                                 personio.ca_file()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return std::make_unique<ChildProcess>(PATCHBAY_BUILD_DIR "/bin/patchbay_test_hub", all);
  }
  // Looks into the database from outside until a flow has so many answers written down.
  bool written_down(std::int64_t answers) const {
    store::SqliteOptions sqlite;
    sqlite.path = data + "/patchbay.db";
    auto database = store::open_sqlite(sqlite);
    if (!database) return false;
    return wait_until([&] {
      const auto rows =
          (*database)->query("SELECT max(json_extract(state, '$.answers')) FROM flows");
      return rows && !(*rows)[0].is_null(0) && (*rows)[0].integer(0) == answers;
    });
  }
  // A hub that is killed when Personio has minted both tokens and the hub knows.
  void kill_in_the_middle_of_connect(const std::string& owner = "acme") {
    const auto who = personio.default_integration();
    const auto connects = calls(kPersonsRoute);
    personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
    auto linking = child("link", {owner, who.client_id, who.client_secret});
    ASSERT_TRUE(called(kPersonsRoute, connects + 1));
    ASSERT_TRUE(written_down(2));
    linking->kill();
    personio.kit().clear_faults();
  }
  std::size_t valid_tokens() {
    return personio.valid_tokens(personio.default_integration().client_id);
  }
  std::string link_in_this_process() {
    open_hub();
    auto id = linked().id;
    close_hub();
    return id;
  }
};

TEST_F(KillTest, InTheMiddleOfConnectNothingStaysAndThePersonMayTryAgain) {
  const auto who = personio.default_integration();
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
  auto linking = child("link", {"acme", who.client_id, who.client_secret});
  ASSERT_TRUE(called(kPersonsRoute));
  ASSERT_TRUE(written_down(2));
  const auto workers = linking->children();
  EXPECT_FALSE(workers.empty());
  linking->kill();
  for (const auto worker : workers)
    EXPECT_TRUE(wait_until([&] { return has_ended(worker); })) << "a worker outlived its hub";

  personio.kit().clear_faults();
  EXPECT_EQ(valid_tokens(), 2U);

  open_hub();
  EXPECT_EQ(end_interrupted(), 1U);
  expect_nothing_stored();
  EXPECT_EQ(sql("SELECT count(*) FROM connect_sessions WHERE status = 'open'"), 1);
  EXPECT_EQ(sql("SELECT count(*) FROM events"), 0);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U) << "a token stays valid that nobody holds";
  EXPECT_EQ(calls(kTokenRoute), 1U) << "the replay sent the request again";
  EXPECT_TRUE(link(who).account);
}

TEST_F(KillTest, WhatWasWrittenDownOfAConnectIsSealedAndItsRecoveryLogsNoSecret) {
  kill_in_the_middle_of_connect();
  const auto secret = personio.default_integration().client_secret;
  int files = 0;
  for (const auto& file : fs::directory_iterator(data)) {
    if (!file.is_regular_file()) continue;
    ++files;
    const auto bytes = read_bytes(file.path());
    EXPECT_FALSE(std::regex_search(bytes, std::regex("papi-[A-Za-z0-9_-]{60,}"))) << file.path();
    // In a JSON text it would stand as base64.
    EXPECT_EQ(bytes.find(base64_encode(secret).substr(0, 40)), std::string::npos) << file.path();
  }
  EXPECT_GE(files, 1);
  StderrCapture log;
  open_hub();
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_TRUE(revocations_done());
  const auto logged = log.stop();
  EXPECT_NE(logged.find("flow_ended"), std::string::npos) << "the log was not captured";
  EXPECT_FALSE(std::regex_search(logged, std::regex("papi-[A-Za-z0-9_-]{60,}"))) << logged;
}

TEST_F(KillTest, AnInterruptedConnectIsLeftAloneWhileItMayStillBeAtWork) {
  kill_in_the_middle_of_connect();
  open_hub();
  const auto ended = wait(hub->recovery().run_due());
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, 0U);
  EXPECT_EQ(rows_in("flows"), 1);
  EXPECT_EQ(calls(kRevokeRoute), 0U);
}

TEST_F(KillTest, TwoHubsThatRecoverTheSameConnectRevokeItsTokensOnce) {
  kill_in_the_middle_of_connect();
  open_hub();
  auto other = make_hub();
  sql("UPDATE flows SET updated = 1");
  auto here = start(hub->recovery().run_due());
  const auto there = other->loops().block_on(other->recovery().run_due());
  ASSERT_TRUE(there);
  ASSERT_TRUE(here.get());
  EXPECT_EQ(rows_in("flows"), 0);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U);
  EXPECT_EQ(calls(kRevokeRoute), 2U) << "one for each token";
}

TEST_F(KillTest, AnInterruptedConnectWaitsForItsConnectorToComeBack) {
  kill_in_the_middle_of_connect();
  fs::remove(connectors + "/personio.so");
  hub = make_hub();
  hub->start_background();
  EXPECT_EQ(end_interrupted(), 0U);
  EXPECT_EQ(rows_in("flows"), 1);
  EXPECT_EQ(valid_tokens(), 2U);
  drop("personio.so", kPersonioLibrary);
  ASSERT_TRUE(wait_until([&] { return hub->registry().find("personio") != nullptr; }));
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U);
}

TEST_F(KillTest, AConnectorOfAnotherVersionIsAskedTooAndBelievedWhenItNamesTokens) {
  kill_in_the_middle_of_connect();
  open_hub();
  sql("UPDATE flows SET state = json_set(state, '$.connector_version', '0.0.0')");
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U);
}

TEST_F(KillTest, WhatCannotBeRecoveredIsKeptTriedMoreRarelyAndGivenUpWhenTheTokensHaveEnded) {
  kill_in_the_middle_of_connect();
  open_hub();
  sql("UPDATE flows SET sealed = x'00'");
  EXPECT_EQ(end_interrupted(), 0U);
  EXPECT_EQ(sql("SELECT json_extract(state, '$.tries') FROM flows"), 1);
  // Three minutes would have been enough for the first try.
  sql("UPDATE flows SET updated = updated - 180000");
  ASSERT_TRUE(wait(hub->recovery().run_due()));
  EXPECT_EQ(sql("SELECT json_extract(state, '$.tries') FROM flows"), 1);
  EXPECT_EQ(end_interrupted(), 0U);
  EXPECT_EQ(sql("SELECT json_extract(state, '$.tries') FROM flows"), 2);
  EXPECT_TRUE(link(personio.default_integration(), "other").account) << "the hub does not go on";
  sql("UPDATE flows SET created = created - 48 * 3600000");
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_EQ(rows_in("flows"), 0);
}

TEST_F(KillTest, AConnectGivenUpWhileItsProcessWasFrozenStoresNothingAndLeavesNoToken) {
  open_hub();
  auto other = make_hub();
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 1s});
  auto linking = start(
      hub->accounts().link(link_request(personio.default_integration(), session_request("acme"))));
  ASSERT_TRUE(called(kPersonsRoute));
  ASSERT_TRUE(written_down(2));
  sql("UPDATE flows SET updated = 1");
  const auto ended = other->loops().block_on(other->recovery().run_due());
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, 1U);
  const auto outcome = linking.get();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kTimeout) << outcome.error.message;
  expect_nothing_stored();
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 0U);
  EXPECT_EQ(sql("SELECT count(*) FROM connect_sessions WHERE status = 'open'"), 1);
}

TEST_F(KillTest, InTheMiddleOfAReconnectTheAccountStaysAsItWas) {
  const auto id = link_in_this_process();
  kill_in_the_middle_of_connect("acme");  // the same owner: this would update the account

  open_hub();
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 2U) << "those of the account";
  EXPECT_EQ(account(id).status, AccountStatus::kActive);
  EXPECT_EQ(account(id).generation, 1);
  EXPECT_TRUE(personio.token_is_valid(token_value(id)));
  EXPECT_EQ(rows_in("flows"), 0);
  EXPECT_TRUE(refresh(id));
}

TEST_F(KillTest, InTheMiddleOfRefreshTheAccountKeepsItsTokenAndRefreshesAgain) {
  const auto id = link_in_this_process();
  const auto mints = calls(kTokenRoute);
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 60s});
  auto refreshing = child("refresh", {id});
  ASSERT_TRUE(called(kTokenRoute, mints + 1));
  refreshing->kill();
  personio.kit().clear_faults();

  open_hub();
  EXPECT_EQ(account(id).status, AccountStatus::kActive);
  const auto held = token_value(id);
  EXPECT_TRUE(personio.token_is_valid(held));
  ASSERT_TRUE(refresh(id));
  EXPECT_NE(token_value(id), held);
}

TEST_F(KillTest, BetweenTheMintAndTheStoreOfARefreshTheTokenNobodyHoldsIsRevoked) {
  const auto id = link_in_this_process();
  const auto mints = calls(kTokenV1Route);
  // The batch waits for the older API; the newer one's token is there.
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenV1Route, .delay = 60s});
  auto refreshing = child("refresh", {id});
  ASSERT_TRUE(called(kTokenV1Route, mints + 1));
  ASSERT_TRUE(written_down(1));
  refreshing->kill();
  personio.kit().clear_faults();
  EXPECT_EQ(valid_tokens(), 3U);

  open_hub();
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(valid_tokens(), 2U) << "those of the account";
  EXPECT_TRUE(personio.token_is_valid(token_value(id, "v2")));
  EXPECT_TRUE(personio.token_is_valid(token_value(id, "v1")));
  EXPECT_TRUE(refresh(id));
}

TEST_F(KillTest, ARefreshGivenUpWhileItsProcessWasFrozenKeepsTheAccountAsItWas) {
  const auto id = link_in_this_process();
  open_hub();
  auto other = make_hub();
  const auto held = token_value(id);
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenV1Route, .delay = 1s});
  auto refreshing = start(hub->accounts().refresh(hub->project_id(), id));
  ASSERT_TRUE(written_down(1));
  sql("UPDATE flows SET updated = 1");
  const auto ended = other->loops().block_on(other->recovery().run_due());
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, 1U);
  (void)refreshing.get();
  EXPECT_EQ(account(id).generation, 1);
  EXPECT_EQ(token_value(id), held);
  EXPECT_TRUE(personio.token_is_valid(held));
  EXPECT_TRUE(revocations_done());
  EXPECT_TRUE(wait_until([&] { return valid_tokens() == 2; })) << valid_tokens();
}

TEST_F(KillTest, ATokenThatTheAccountHoldsIsNotRevokedWithAnInterruptedFlow) {
  const auto id = link_in_this_process();
  open_hub();
  const auto held = token_value(id);
  close_hub();
  // A provider that hands out the same token again while it is valid.
  personio.kit().inject(
      {.kind = FaultKind::status,
       .route = kTokenRoute,
       .status = 200,
       .body = R"({"access_token":")" + held + R"(","token_type":"Bearer","expires_in":86400})"});
  kill_in_the_middle_of_connect();
  open_hub();
  sql("UPDATE flows SET account_id = '" + id + "'");  // as when it is reconnected by its id
  EXPECT_EQ(end_interrupted(), 1U);
  EXPECT_TRUE(revocations_done());
  EXPECT_TRUE(personio.token_is_valid(held));
  EXPECT_EQ(valid_tokens(), 2U) << "those of the account";
}

TEST_F(KillTest, RightAfterUnlinkTheTokensAreRevokedByTheNextHub) {
  const auto id = link_in_this_process();
  const auto who = personio.default_integration();
  auto unlinking = child("unlink", {id});  // no background work: nobody has told the provider yet
  ASSERT_EQ(unlinking->line(), "done");
  unlinking->kill();
  EXPECT_EQ(personio.valid_tokens(who.client_id), 2U);

  open_hub();
  EXPECT_EQ(rows_in("accounts"), 0);
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(personio.valid_tokens(who.client_id), 0U);
}

TEST_F(KillTest, AgainAndAgainWhileAccountsAreLinkedLosesNoneThatWasConfirmed) {
  const auto who = personio.default_integration();
  int confirmed = 0;
  for (int round = 0; round < 6; ++round) {
    auto linking =
        child("link", {"owner" + std::to_string(round), who.client_id, who.client_secret});
    if (round % 2 == 0) {
      ASSERT_EQ(linking->line(), "done");
      ++confirmed;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(20 * round));
    }
    linking->kill();
  }
  open_hub();
  end_interrupted();
  EXPECT_GE(rows_in("accounts"), confirmed);
  EXPECT_EQ(rows_in("flows"), 0);
  for (int round = 0; round < 6; round += 2)
    EXPECT_EQ(
        sql("SELECT count(*) FROM accounts WHERE owner_id = 'owner" + std::to_string(round) + "'"),
        1);
  EXPECT_EQ(sql("SELECT count(*) FROM accounts a WHERE (SELECT count(*) FROM account_tokens t "
                "WHERE t.account_id = a.id) != 2"),
            0)
      << "an account without its tokens";
}

}  // namespace
}  // namespace patchbay::integration
