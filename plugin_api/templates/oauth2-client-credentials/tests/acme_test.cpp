// Acme's flows by themselves: events in, actions out, no network.
#include <gtest/gtest.h>

#include "patchbay/testing/flow_driver.h"

namespace {

using namespace patchbay::testing;

Driver driver() {
  return Driver(patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr));
}

const InputSpec kInput = {.fields = {{"client_id", "me"}},
                          .secrets = {{"client_secret", "s3cret"}}};

TEST(Acme, ExchangesTheClientForAToken) {
  Driver acme = driver();
  FlowRun run = acme.connect(kInput);
  const Seen asked = run.start();
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_EQ(asked.requests[0].url, "https://api.acme.example/oauth/token");
  const Seen done = run.replies(
      {{.status = 200, .body = R"({"access_token":"T","expires_in":60,"scope":"people:read"})"}});
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.tokens[0].value, "T");
  EXPECT_EQ(done.tokens[0].scopes, "people:read");
}

TEST(Acme, SaysAtWhichFieldTheProviderRefuses) {
  Driver acme = driver();
  FlowRun run = acme.connect(kInput);
  run.start();
  const Seen failed = run.replies({{.status = 401, .body = R"({"error":"invalid_client"})"}});
  EXPECT_EQ(failed.failure, PATCHBAY_FAIL_CREDENTIALS);
  EXPECT_EQ(failed.message.id, "error.oauth_invalid_client");
}

}  // namespace
