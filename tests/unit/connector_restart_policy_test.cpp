// When a worker may start again, at times that the test names.
#include <gtest/gtest.h>

#include "connector/worker/restart_policy.h"

namespace patchbay::connector {
namespace {

using namespace std::chrono_literals;

struct RestartPolicyTest : testing::Test {
  RestartLimits limits{.first_wait = 100ms,
                       .longest_wait = 1s,
                       .steady_after = 60s,
                       .quarantine_after = 5,
                       .quarantine = 300s};
  RestartPolicy policy{limits};
  RestartPolicy::Time now{1h};

  // Starts and dies at once.
  void fail() {
    policy.started(now);
    policy.failed(now);
  }
};

TEST_F(RestartPolicyTest, TheFirstStartNeedNotWait) {
  EXPECT_TRUE(policy.may_start(now));
  EXPECT_EQ(policy.wait_left(now), 0ms);
  EXPECT_FALSE(policy.quarantined());
}

TEST_F(RestartPolicyTest, WaitsDoubleUpToTheLongest) {
  limits.quarantine_after = 100;
  RestartPolicy patient(limits);
  for (const auto expected : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    patient.started(now);
    patient.failed(now);
    EXPECT_EQ(patient.wait_left(now), expected);
    EXPECT_FALSE(patient.may_start(now + expected - 1ms));
    EXPECT_TRUE(patient.may_start(now + expected));
    now += expected;
  }
}

TEST_F(RestartPolicyTest, TooManyFailuresInARowAreAQuarantine) {
  for (int i = 0; i < 4; ++i) fail();
  EXPECT_FALSE(policy.quarantined());
  fail();
  EXPECT_TRUE(policy.quarantined());
  EXPECT_EQ(policy.failures_in_a_row(), 5U);
  EXPECT_FALSE(policy.may_start(now + 299s));
  EXPECT_TRUE(policy.may_start(now + 300s)) << "no trial";
  now += 300s;
  fail();
  EXPECT_TRUE(policy.quarantined());
  EXPECT_EQ(policy.wait_left(now), 300s);
}

TEST_F(RestartPolicyTest, WhoLivedForAWhileHasACleanRecord) {
  for (int i = 0; i < 4; ++i) fail();
  policy.started(now);
  now += 61s;
  policy.failed(now);
  EXPECT_FALSE(policy.quarantined());
  EXPECT_EQ(policy.failures_in_a_row(), 1U);
  EXPECT_EQ(policy.wait_left(now), 100ms);
}

TEST_F(RestartPolicyTest, ALifeThatWasTooShortCleansNothing) {
  for (int i = 0; i < 4; ++i) fail();
  policy.started(now);
  now += 59s;
  policy.failed(now);
  EXPECT_TRUE(policy.quarantined());
}

TEST_F(RestartPolicyTest, AnOperatorsWordEndsWaitAndQuarantine) {
  for (int i = 0; i < 7; ++i) fail();
  policy.forgive();
  EXPECT_FALSE(policy.quarantined());
  EXPECT_TRUE(policy.may_start(now));
  fail();
  EXPECT_EQ(policy.wait_left(now), 100ms);
}

}  // namespace
}  // namespace patchbay::connector
