#include <gtest/gtest.h>

#include "web/connect_runs.h"

namespace patchbay::web {
namespace {

using State = ConnectRuns::State;

accounts::LinkOutcome failure(std::string field = {}) {
  accounts::LinkOutcome outcome;
  outcome.error = make_error(ErrorCode::kInvalidCredentials, "refused");
  outcome.message.field_id = std::move(field);
  return outcome;
}

TEST(WebConnectRuns, RunOneAtATimeForEachSession) {
  ConnectRuns runs;
  ASSERT_TRUE(runs.begin("a", "acme", {}, 1));
  EXPECT_FALSE(runs.begin("a", "acme", {}, 2));
  EXPECT_TRUE(runs.begin("b", "acme", {}, 2));
  runs.finish("a", failure(), 3);
  EXPECT_TRUE(runs.begin("a", "acme", {}, 4));
}

TEST(WebConnectRuns, CancelRaisesTheFlagOfTheOneThatRuns) {
  ConnectRuns runs;
  const auto flag = runs.begin("a", "acme", {}, 1);
  runs.cancel("other");
  EXPECT_FALSE((*flag)->load());
  runs.cancel("a");
  EXPECT_TRUE((*flag)->load());
  EXPECT_TRUE(runs.find("a", 2)->cancelling);
}

TEST(WebConnectRuns, KeepWhatWasTypedButNotInTheFieldThatIsComplainedAbout) {
  ConnectRuns runs;
  (void)runs.begin("a", "acme", {{"client_id", "pasted the wrong way round"}, {"region", "eu"}}, 1);
  runs.finish("a", failure("client_id"), 2);
  const auto run = runs.find("a", 3);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->state, State::kFailed);
  EXPECT_EQ(run->values, (manifest::FormValues{{"region", "eu"}}));
}

TEST(WebConnectRuns, AnOutcomeIsSeenForAWhileAndARunUntilItEnds) {
  ConnectRuns runs;
  (void)runs.begin("a", "acme", {}, 1);
  EXPECT_EQ(runs.find("a", 10 * ConnectRuns::kKeepMs)->state, State::kRunning);
  accounts::LinkOutcome linked;
  linked.account = store::Account();
  runs.finish("a", std::move(linked), 100);
  EXPECT_EQ(runs.find("a", 101)->state, State::kLinked);
  EXPECT_FALSE(runs.find("a", 100 + ConnectRuns::kKeepMs));
}

TEST(WebConnectRuns, OneThatWaitsForThePersonMayGoOnOrBeForgotten) {
  ConnectRuns runs;
  (void)runs.begin("a", "acme", {}, 1);
  runs.forget("a");
  EXPECT_EQ(runs.find("a", 2)->state, State::kRunning) << "what runs is not forgotten";
  accounts::LinkOutcome waits;
  waits.waiting = connector::FlowPause();
  runs.finish("a", std::move(waits), 2);
  EXPECT_EQ(runs.find("a", 3)->state, State::kWaiting);
  EXPECT_TRUE(runs.begin("a", "acme", {}, 4));
  runs.finish("a", failure(), 5);
  runs.forget("a");
  EXPECT_FALSE(runs.find("a", 6));
}

TEST(WebConnectRuns, ForgetTheOldestOutcomesWhenThereAreTooMany) {
  ConnectRuns runs;
  for (std::size_t i = 0; i < ConnectRuns::kMaxRuns + 10; ++i) {
    const std::string key = std::to_string(i);
    ASSERT_TRUE(runs.begin(key, "acme", {}, 1));
    runs.finish(key, failure(), static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_FALSE(runs.find("0", 2));
  EXPECT_TRUE(runs.find(std::to_string(ConnectRuns::kMaxRuns), 2));
}

TEST(WebConnectRuns, RefuseRatherThanForgetRunsUnderWay) {
  ConnectRuns runs;
  for (std::size_t i = 0; i < ConnectRuns::kMaxRuns; ++i) {
    ASSERT_TRUE(runs.begin(std::to_string(i), "acme", {}, 1));
  }
  EXPECT_FALSE(runs.begin("one more", "acme", {}, 1));
}

}  // namespace
}  // namespace patchbay::web
