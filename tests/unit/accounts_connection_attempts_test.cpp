// What the component is told about an attempt that nobody has ended, and about one that has.
#include <gtest/gtest.h>

#include "accounts/connection_attempts.h"

namespace patchbay::accounts {
namespace {

constexpr std::int64_t kNow = 1'000;

AttemptStatus status(AttemptStage stage, std::int64_t ends = kNow + 1,
                     std::int64_t session_expires = kNow + 1,
                     store::SessionStatus session_status = store::SessionStatus::kOpen) {
  AttemptState attempt;
  attempt.stage = stage;
  attempt.ends = ends;
  store::ConnectSession session;
  session.expires = session_expires;
  session.status = session_status;
  return status_of(attempt, session, kNow);
}

constexpr AttemptStage kOpenStages[] = {AttemptStage::kMade, AttemptStage::kOpened,
                                        AttemptStage::kStarted};

TEST(ConnectionAttempts, WaitUntilTheirTimeOrTheSessionsIsOver) {
  for (const auto stage : kOpenStages) {
    EXPECT_EQ(status(stage), AttemptStatus::kPending);
    EXPECT_EQ(status(stage, kNow), AttemptStatus::kExpired);
    EXPECT_EQ(status(stage, kNow + 1, kNow), AttemptStatus::kExpired);
  }
}

TEST(ConnectionAttempts, AreCancelledWhenTheirSessionWasUsedOtherwise) {
  for (const auto stage : kOpenStages)
    for (const auto session : {store::SessionStatus::kUsed, store::SessionStatus::kCancelled})
      EXPECT_EQ(status(stage, kNow + 1, kNow + 1, session), AttemptStatus::kCancelled);
}

TEST(ConnectionAttempts, KeepTheirEnd) {
  const auto ended = [](AttemptStage stage) {
    return status(stage, 0, 0, store::SessionStatus::kUsed);
  };
  EXPECT_EQ(ended(AttemptStage::kLinked), AttemptStatus::kLinked);
  EXPECT_EQ(ended(AttemptStage::kFailed), AttemptStatus::kFailed);
  EXPECT_EQ(ended(AttemptStage::kCancelled), AttemptStatus::kCancelled);
}

}  // namespace
}  // namespace patchbay::accounts
