// kill -9 of a hub in the middle of its work, then a restart: no account is lost, nothing half-done
// stays, what was promised to the provider is kept.
#include "child_process.h"
#include "hub_fixture.h"

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
  const auto workers = linking->children();
  EXPECT_FALSE(workers.empty());
  linking->kill();
  for (const auto worker : workers)
    EXPECT_TRUE(wait_until([&] { return has_ended(worker); })) << "a worker outlived its hub";

  open_hub();
  expect_nothing_stored();
  EXPECT_EQ(sql("SELECT count(*) FROM connect_sessions WHERE status = 'open'"), 1);
  EXPECT_EQ(sql("SELECT count(*) FROM events"), 0);
  personio.kit().clear_faults();
  EXPECT_TRUE(link(who).account);
}

TEST_F(KillTest, InTheMiddleOfAReconnectTheAccountStaysAsItWas) {
  const auto id = link_in_this_process();
  const auto who = personio.default_integration();
  const auto connects = calls(kPersonsRoute);
  personio.kit().inject({.kind = FaultKind::delay, .route = kPersonsRoute, .delay = 60s});
  // The same owner: this would update the account.
  auto linking = child("link", {"acme", who.client_id, who.client_secret});
  ASSERT_TRUE(called(kPersonsRoute, connects + 1));
  linking->kill();
  personio.kit().clear_faults();

  open_hub();
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
