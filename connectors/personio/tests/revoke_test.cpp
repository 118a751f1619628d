#include <gtest/gtest.h>

#include "personio_driver.h"

namespace {

using namespace personio::tests;

TEST(PersonioRevoke, SendsEachTokenInTheFormAndAsItsOwnBearer) {
  PersonioDriver driver;
  FlowRun run = driver.revoke(linked());
  const Seen seen = run.start();
  ASSERT_EQ(seen.requests.size(), 2U);
  EXPECT_EQ(seen.requests[0].method, "POST");
  EXPECT_EQ(seen.requests[0].url, "https://api.personio.de/v2/auth/revoke");
  EXPECT_EQ(seen.requests[0].body, "token=papi-old-v2-token");
  EXPECT_EQ(seen.requests[0].header("authorization"), "Bearer papi-old-v2-token");
  EXPECT_EQ(seen.requests[1].body, "token=papi-old-v1-token");
  EXPECT_EQ(run.replies({{.status = 200}, {.status = 200}}).kind, PATCHBAY_ACTION_DONE);
}

TEST(PersonioRevoke, CountsTokensThatAreNoLongerValidAsDone) {
  struct Row {
    ReplySpec reply;
    std::uint32_t failure;  // 0: done
  };
  const Row rows[] = {
      {{.status = 200}, 0},
      {{.status = 401}, 0},
      {json(
           403,
           R"({"success":false,"error":{"message":"Provided authorization is not valid","code":403}})"),
       0},
      {html(403), PATCHBAY_FAIL_PROTOCOL},
      {json(400, R"({"error":"invalid_request"})"), PATCHBAY_FAIL_PROTOCOL},
      {json(400, R"({"error":"invalid_grant"})"), 0},
      {{.status = 429}, PATCHBAY_FAIL_RATE_LIMIT},
      {{.status = 500}, PATCHBAY_FAIL_TRANSIENT},
      {lost(PATCHBAY_NET_DNS), PATCHBAY_FAIL_TRANSIENT},
      {lost(PATCHBAY_NET_TLS_CERTIFICATE), PATCHBAY_FAIL_CONFIGURATION},
  };
  PersonioDriver driver;
  for (const Row& row : rows) {
    FlowRun run = driver.revoke(linked());
    run.start();
    const Seen seen = run.replies({{.status = 200}, row.reply});
    EXPECT_EQ(seen.failure, row.failure) << row.reply.status << row.reply.body;
    EXPECT_EQ(seen.kind == PATCHBAY_ACTION_DONE, row.failure == 0);
    EXPECT_TRUE(seen.tokens.empty());
  }
}

TEST(PersonioRevoke, OfNothingIsDoneWithoutARequest) {
  PersonioDriver driver;
  FlowRun run = driver.revoke(typed());
  EXPECT_EQ(run.start().kind, PATCHBAY_ACTION_DONE);
}

TEST(PersonioRevoke, CanBeCancelled) {
  PersonioDriver driver;
  FlowRun run = driver.revoke(linked());
  run.start();
  EXPECT_EQ(run.cancel().failure, PATCHBAY_FAIL_CANCELLED);
}

}  // namespace
