// One hub at a time renews an account's token; the others wait and take over what it brings about.
#include "several_hubs_fixture.h"

namespace patchbay::integration {
namespace {

class RefreshTurnsTest : public SeveralHubsTest {
 protected:
  RefreshTurnsTest() {
    open_hub();
    other = make_hub();
    id = link_account(kMint, "acme");
    let_held_tokens_end(id);
  }
  auto ask_other() {
    return std::async(std::launch::async, [this] {
      return other->loops().block_on(other->keeper().token(other->project_id(), id, "main", 0));
    });
  }
  auto ask_this() { return start(hub->keeper().token(hub->project_id(), id, "main", 0)); }

  std::unique_ptr<cli::Hub> other;
  std::string id;
};

TEST_F(RefreshTurnsTest, TwoHubsThatNeedATokenAtOnceAskTheProviderOnce) {
  fault({.kind = FaultKind::delay, .delay = 700ms});
  const auto before = token_calls();
  auto here = ask_this();
  ASSERT_TRUE(token_was_asked_for(before + 1));
  auto there = ask_other();
  const auto first = here.get();
  const auto second = there.get();
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(first->value.equals(second->value.reveal()));
  EXPECT_EQ(token_calls(), before + 1);
  EXPECT_EQ(account(id).generation, 2);
}

TEST_F(RefreshTurnsTest, AFailureIsSharedToo) {
  fault({.kind = FaultKind::cut_before_answer, .delay = 0ms});
  const auto before = token_calls();
  ASSERT_FALSE(ask_this().get());
  const auto there = ask_other().get();
  ASSERT_FALSE(there);
  EXPECT_EQ(there.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(token_calls(), before + 1) << "the other hub tried at once, too";
  const auto by_hand = other->loops().block_on(other->accounts().refresh(other->project_id(), id));
  EXPECT_TRUE(by_hand) << by_hand.error().message;
}

TEST_F(RefreshTurnsTest, WhoeverLostItsTurnStoresNothingAndRevokesWhatItMinted) {
  fault({.kind = FaultKind::delay, .delay = 60s});
  const auto before = token_calls();
  auto here = ask_this();
  ASSERT_TRUE(token_was_asked_for(before + 1));
  sql("UPDATE refresh_leases SET holder = 'ins_other', fence = fence + 1");
  provider.kit().end_delays();
  const auto lost = here.get();
  EXPECT_FALSE(lost);
  EXPECT_EQ(account(id).generation, 1) << "it wrote although its turn was over";
  EXPECT_TRUE(revocations_done());
  EXPECT_EQ(provider.revoked()["access.acme.2"], 1);
}

TEST_F(RefreshTurnsTest, ATurnWhoseHolderIsGoneIsTakenOver) {
  ASSERT_TRUE(ask_this().get());
  sql("UPDATE refresh_leases SET holder = 'ins_gone', fence = 7");
  let_held_tokens_end(id);
  const auto got = ask_other().get();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(sql("SELECT fence FROM refresh_leases"), 8);
}

TEST_F(RefreshTurnsTest, ATurnWhoseHolderLivesIsNotTakenOverHoweverLongItTakes) {
  // Longer than a holder may be silent before it counts as dead.
  fault({.kind = FaultKind::delay, .delay = 6s});
  const auto before = token_calls();
  auto here = ask_this();
  ASSERT_TRUE(token_was_asked_for(before + 1));
  other->instance().start();
  const auto second = ask_other().get();
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(here.get());
  EXPECT_EQ(token_calls(), before + 1);
}

}  // namespace
}  // namespace patchbay::integration
