// A hub that has room for few accounts in its memory serves all of them all the same.
#include "hub_fixture.h"
#include "metrics/hub_counters.h"

namespace patchbay::integration {
namespace {

constexpr std::size_t kRoom = 2;
constexpr int kAccounts = 6;

class HeldAccountsTest : public HubTest {
 protected:
  HeldAccountsTest() {
    loops = 1;
    keeper.held_accounts = kRoom;
  }

  void SetUp() override {
    open_hub();
    for (int i = 0; i < kAccounts; ++i)
      ids.push_back(linked(personio.default_integration(), "owner" + std::to_string(i)).id);
  }

  bool is_held(const std::string& id) {
    return wait([](cli::Hub& hub, std::string id) -> net::Task<bool> {
      co_return hub.keeper().held(hub.project_id(), id, "v2", 0).has_value();
    }(*hub, id));
  }
  static std::int64_t held() { return metrics::of_hub().held_accounts.value() - before; }

  static inline const std::int64_t before = metrics::of_hub().held_accounts.value();
  std::vector<std::string> ids;
};

TEST_F(HeldAccountsTest, ServesAllAndKeepsFew) {
  for (int round = 0; round < 3; ++round)
    for (const auto& id : ids) {
      const auto served = token(id, 0, "v2");
      ASSERT_TRUE(served) << served.error().message;
      EXPECT_EQ(served->value.reveal(), token_value(id, "v2"));
      EXPECT_LE(held(), static_cast<std::int64_t>(kRoom));
    }
  EXPECT_EQ(held(), static_cast<std::int64_t>(kRoom));
}

TEST_F(HeldAccountsTest, KeepsWhatIsUsed) {
  for (const auto& id : ids) {
    ASSERT_TRUE(token(ids[0], 0, "v2"));
    ASSERT_TRUE(token(id, 0, "v2"));
  }
  EXPECT_TRUE(is_held(ids[0]));
  EXPECT_TRUE(is_held(ids.back()));
  EXPECT_FALSE(is_held(ids[1]));
}

TEST_F(HeldAccountsTest, DoesNotLetGoOfOneThatIsBeingRefreshed) {
  const auto before_calls = calls(kTokenRoute);
  let_held_tokens_end(ids[0]);
  personio.kit().inject({.kind = FaultKind::delay, .route = kTokenRoute, .delay = 300ms});
  std::vector<std::future<Result<accounts::AccessToken>>> answers;
  for (int i = 0; i < 20; ++i) {
    answers.push_back(std::async(std::launch::async, [this] { return token(ids[0], 0, "v2"); }));
    ASSERT_TRUE(token(ids[1 + static_cast<std::size_t>(i) % (kAccounts - 1)], 0, "v2"));
  }
  for (auto& answer : answers) {
    const auto served = answer.get();
    ASSERT_TRUE(served) << served.error().message;
  }
  EXPECT_EQ(calls(kTokenRoute), before_calls + 1);
}

TEST_F(HeldAccountsTest, AnUnknownIdTakesNoRoom) {
  ASSERT_TRUE(token(ids[0], 0, "v2"));
  ASSERT_TRUE(token(ids[1], 0, "v2"));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(token("acc_unknown" + std::to_string(i), 0, "v2"));
  EXPECT_TRUE(is_held(ids[0]) && is_held(ids[1]));
}

// With two loops: what one hands out of an account that lives on the other.
class VisitingTokensTest : public HubTest {
 protected:
  void SetUp() override {
    open_hub();
    for (int i = 0; id.empty(); ++i) {
      const auto linked_id = linked(personio.default_integration(), "owner" + std::to_string(i)).id;
      if (hub->loops().index_for(linked_id) != kHere) id = linked_id;
    }
    ASSERT_TRUE(ask_here());
  }

  template <class T>
  T here(net::Task<T> task) {
    return wait(net::run_on(hub->loops().loop(kHere), std::move(task)));
  }
  Result<accounts::AccessToken> ask_here() {
    return here(hub->keeper().token(hub->project_id(), id, "v2", 0));
  }
  // What is handed out there and then; "" when the account's own loop has to be asked.
  std::string visitor(std::string project = "", std::int64_t min_validity_ms = 0) {
    if (project.empty()) project = hub->project_id();
    return here([](cli::Hub& hub, std::string project, std::string id,
                   std::int64_t validity) -> net::Task<std::string> {
      const auto held = hub.keeper().held(project, id, "v2", validity);
      co_return held ? std::string(held->value.reveal()) : "";
    }(*hub, project, id, min_validity_ms));
  }

  static constexpr std::size_t kHere = 0;
  std::string id;
};

TEST_F(VisitingTokensTest, ServesWhatTheOtherLoopServes) {
  EXPECT_EQ(visitor(), token_value(id, "v2"));
}

TEST_F(VisitingTokensTest, ServesNobodyElsesAndNothingThatEndsTooSoon) {
  EXPECT_EQ(visitor("prj_other"), "");
  EXPECT_EQ(visitor("", 1'000'000'000'000), "");
}

TEST_F(VisitingTokensTest, EndsWithARefresh) {
  const auto before = visitor();
  ASSERT_TRUE(refresh(id));
  EXPECT_EQ(visitor(), "");
  ASSERT_TRUE(ask_here());
  EXPECT_NE(visitor(), "");
  EXPECT_NE(visitor(), before);
}

TEST_F(VisitingTokensTest, EndsWhenTheAccountIsForgottenSuspendedOrUnlinked) {
  wait(hub->keeper().forget(id));
  EXPECT_EQ(visitor(), "");
  ASSERT_TRUE(ask_here());
  EXPECT_NE(visitor(), "");
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), id)));
  EXPECT_EQ(visitor(), "");
  ASSERT_TRUE(wait(hub->accounts().resume(hub->project_id(), id)));
  ASSERT_TRUE(ask_here());
  EXPECT_NE(visitor(), "");
}

TEST_F(VisitingTokensTest, EndsWhenAnotherProcessTakesAccessAway) {
  sql("UPDATE change_sequence SET value = value + 1");
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!visitor().empty() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(50ms);
  EXPECT_EQ(visitor(), "");
}

TEST_F(VisitingTokensTest, EndsWhenItsAccountMakesRoomForOthers) {
  close_hub();
  keeper.held_accounts = 2;
  open_hub();
  ASSERT_TRUE(ask_here());
  EXPECT_NE(visitor(), "");
  for (int i = 0, others = 0; others < 3; ++i) {
    const auto other = linked(personio.default_integration(), "other" + std::to_string(i)).id;
    if (hub->loops().index_for(other) == kHere) continue;
    ++others;
    ASSERT_TRUE(token(other, 0, "v2"));
  }
  EXPECT_EQ(visitor(), "");
}

}  // namespace
}  // namespace patchbay::integration
