// Hubs that are frozen (SIGSTOP) and wake up, beside others that go on: a hub that wakes neither
// serves what was taken away meanwhile nor writes what it had half done.
#include "several_hubs_fixture.h"

namespace patchbay::integration {
namespace {

class FrozenHubTest : public SeveralHubsTest {
 protected:
  FrozenHubTest() { open_hub(); }

  static void freeze(const ChildProcess& hub) { ::kill(hub.pid(), SIGSTOP); }
  static void wake(const ChildProcess& hub) { ::kill(hub.pid(), SIGCONT); }
};

TEST_F(FrozenHubTest, WhatWasSuspendedMeanwhileIsNotServedOnWaking) {
  const auto id = link_account(kMint, "acme");
  auto frozen = hub_process();
  ASSERT_EQ(order(*frozen, "token " + id), "access.acme.1");
  freeze(*frozen);
  frozen->say("token " + id);
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  wake(*frozen);
  EXPECT_EQ(frozen->line().find("error forbidden"), 0U);
}

TEST_F(FrozenHubTest, ASuspensionIsAcknowledgedWhenNoOtherHubServesTheTokenAnyMore) {
  const auto id = link_account(kMint, "acme");
  auto other = hub_process();
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(order(*other, "token " + id), "access.acme.1");
    ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
    EXPECT_EQ(order(*other, "token " + id).find("error forbidden"), 0U)
        << "acknowledged, and served all the same";
    ASSERT_TRUE(wait(hub->accounts().resume(hub->project_id(), id)));
    EXPECT_TRUE(wait_until([&] { return order(*other, "token " + id) == "access.acme.1"; }));
  }
}

TEST_F(FrozenHubTest, WhenTheDatabaseCannotBeAskedNothingIsServed) {
  testing_support::PostgresCluster server;
  close_hub();
  uri = testing_support::new_postgres_schema(server.uri());
  store_location = store::StoreLocation::parse(SecretString(uri)).value();
  open_hub();
  const auto id = link_account(kMint, "acme");
  ASSERT_TRUE(token(id, 0, "main"));
  server.stop(SIGKILL);
  EXPECT_TRUE(wait_until([&] {
    const auto refused = token(id, 0, "main");
    return !refused && refused.error().code == ErrorCode::kStorage;
  }));
  server.start();
  EXPECT_TRUE(wait_until([&] { return token(id, 0, "main").has_value(); }));
}

TEST_F(FrozenHubTest, FrozenAtTheProviderForLongerThanItsTurnItWritesNothing) {
  const auto id = link_account(kMint, "acme");
  auto frozen = hub_process();
  fault({.kind = FaultKind::delay, .delay = 1s});
  const auto before = token_calls();
  frozen->say("refresh " + id);
  ASSERT_TRUE(token_was_asked_for(before + 1));
  freeze(*frozen);
  // Waits until the frozen one counts as dead, and takes over.
  ASSERT_TRUE(refresh(id));
  const auto held = token_value(id, "main");
  EXPECT_EQ(held, "access.acme.3");
  wake(*frozen);
  EXPECT_FALSE(frozen->line().empty());
  EXPECT_EQ(account(id).generation, 2);
  EXPECT_EQ(token_value(id, "main"), held);
  EXPECT_TRUE(wait_until([&] { return provider.revoked()["access.acme.2"] == 1; }))
      << "what the frozen one had minted was forgotten";
  EXPECT_EQ(order(*frozen, "token " + id), held);
}

TEST_F(FrozenHubTest, FrozenWithARotatingTokenAtTheProviderNobodyPresentsItAgain) {
  const auto id = link_account(kRotating, "acme");
  auto frozen = hub_process();
  fault({.kind = FaultKind::delay, .delay = 1s});
  const auto before = token_calls();
  frozen->say("refresh " + id);
  ASSERT_TRUE(token_was_asked_for(before + 1));
  freeze(*frozen);
  EXPECT_FALSE(refresh(id));
  EXPECT_EQ(account(id).reason_code, "reconnect_needed");
  wake(*frozen);
  EXPECT_FALSE(frozen->line().empty());
  EXPECT_EQ(account(id).generation, 1);
  EXPECT_EQ(provider.presented()["acme"][2], 1);
}

}  // namespace
}  // namespace patchbay::integration
