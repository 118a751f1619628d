// Acme's flows by themselves: events in, actions out, no network.
#include <gtest/gtest.h>

#include "patchbay/testing/flow_driver.h"

namespace {

using namespace patchbay::testing;

Driver driver() {
  return Driver(patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr));
}

const InputSpec kInput = {.secrets = {{"api_key", "s3cret"}}};

TEST(Acme, ProvesTheCredentialsByOneRequest) {
  Driver acme = driver();
  FlowRun run = acme.connect(kInput);
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_EQ(asked.requests[0].url, "https://api.acme.example/v1/me");
  EXPECT_EQ(asked.requests[0].header("x-api-key"), "s3cret");
  EXPECT_EQ(run.replies({{.status = 200, .body = "{}"}}).kind, PATCHBAY_ACTION_DONE);
}

TEST(Acme, SaysAtTheFieldThatTheyAreRefused) {
  Driver acme = driver();
  FlowRun run = acme.connect(kInput);
  run.start();
  const Seen failed = run.replies({{.status = 401, .body = "{}"}});
  EXPECT_EQ(failed.failure, PATCHBAY_FAIL_CREDENTIALS);
  EXPECT_EQ(failed.message.field, "api_key");
}

}  // namespace
