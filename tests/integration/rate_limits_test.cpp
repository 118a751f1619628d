// The hub keeps to a provider's rate limits: nobody who asks it for more at once than the provider
// takes, but no more than may wait in line, sees a refusal. The sandbox enforces the limits.
#include <thread>

#include "actions/action_runner.h"
#include "actions/retries.h"
#include "hub_fixture.h"
#include "net/wait_all.h"

namespace patchbay::integration {
namespace {

class RateLimits : public HubTest {
 protected:
  actions::ActionCall list_persons(const std::string& account_id) const {
    return {hub->project_id(), account_id, "personio_list_persons", R"({"page_size":1})"};
  }

  // So many calls at once; what became of each.
  std::vector<actions::ActionRunner::Outcome> call_at_once(std::size_t calls,
                                                           const std::string& account_id) {
    actions::KeeperTokens tokens(hub->keeper());
    actions::ActionRunner runner(hub->services(), tokens);
    std::vector<actions::ActionRunner::Outcome> outcomes;
    const auto call = [&]() -> net::Task<> {
      auto outcome = co_await runner.run(list_persons(account_id));
      outcomes.push_back(std::move(outcome));
    };
    std::vector<net::Task<>> under_way;
    under_way.reserve(calls);
    for (std::size_t i = 0; i < calls; ++i) under_way.push_back(call());
    wait(net::wait_all(std::move(under_way)));
    return outcomes;
  }
};

TEST_F(RateLimits, NobodySeesARefusalWhileTheLineIsShortEnough) {
  open_hub();
  const auto id = linked().id;
  for (const auto& outcome : call_at_once(100, id)) EXPECT_TRUE(outcome) << outcome.error().message;
}

TEST_F(RateLimits, WhoWouldWaitTooLongIsToldWhenToComeBackAndTheProviderIsSpared) {
  pace.call_wait = 200ms;
  open_hub();
  const auto id = linked().id;
  const auto before = calls(kPersonsRoute);
  std::size_t turned_away = 0;
  std::size_t refused = 0;  // on a busy machine what left in time may arrive in one heap
  for (const auto& outcome : call_at_once(100, id)) {
    if (outcome) continue;
    EXPECT_EQ(outcome.error().code, ErrorCode::kRateLimited);
    EXPECT_GT(outcome.error().retry_after_ms, 0);
    ++(outcome.error().provider ? refused : turned_away);
  }
  EXPECT_GT(turned_away, 50U);
  EXPECT_LE(calls(kPersonsRoute) - before,
            100U - turned_away + refused * (actions::kMostTries - 1));
}

TEST_F(RateLimits, ARefusalThatComesAllTheSameIsWaitedOut) {
  open_hub();
  const auto id = linked().id;
  const auto before = calls(kPersonsRoute);
  personio.kit().inject({.kind = FaultKind::status, .route = kPersonsRoute, .status = 429});
  for (const auto& outcome : call_at_once(3, id)) EXPECT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(calls(kPersonsRoute) - before, 4U);
}

TEST_F(RateLimits, WhoConnectsTooOftenIsToldWhenToComeBackLikeByTheProvider) {
  pace.flow_wait = 0ms;
  pace.limit_changes = {{{"personio", "v2_token"}, {.requests = 1}}};
  open_hub();
  linked();
  const auto asked = calls(kTokenRoute);
  const auto outcome = link(personio.default_integration(), "another");
  ASSERT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kRateLimited);
  EXPECT_GT(outcome.error.retry_after_ms, 0);
  EXPECT_EQ(calls(kTokenRoute), asked);
}

// The sandbox's minute passes in a second, and the limit is told to the hub accordingly.
TEST_F(RateLimits, ManyAccountsOfOneCredentialRefreshAtOnceWithinTheTokenLimit) {
  constexpr int kAccounts = 6;
  constexpr int kRounds = 7;
  const pacing::LimitChange within_a_second{.requests = 30, .per_s = 2};
  pace.limit_changes = {{{"personio", "v1_token"}, within_a_second},
                        {{"personio", "v2_token"}, within_a_second}};
  personio.set_options([](auto& options) {
    options.v1_auth_per_minute = 30;
    options.v2_token_per_minute = 30;
  });
  std::jthread fast_minutes([this](const std::stop_token& stop) {
    auto before = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(10ms);
      const auto now = std::chrono::steady_clock::now();
      personio.kit().clock().advance(
          std::chrono::duration_cast<std::chrono::milliseconds>(60 * (now - before)));
      before = now;
    }
  });
  open_hub();
  std::vector<std::string> ids;
  ids.reserve(kAccounts);
  for (int i = 0; i < kAccounts; ++i)
    ids.push_back(linked(personio.default_integration(), "owner " + std::to_string(i)).id);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<net::Task<>> under_way;
    under_way.reserve(ids.size());
    const auto refresh = [this](std::string id) -> net::Task<> {
      const auto done = co_await hub->accounts().refresh(hub->project_id(), std::move(id));
      EXPECT_TRUE(done) << done.error().message;
    };
    for (const auto& id : ids) under_way.push_back(refresh(id));
    wait(net::wait_all(std::move(under_way)));
  }
}

}  // namespace
}  // namespace patchbay::integration
