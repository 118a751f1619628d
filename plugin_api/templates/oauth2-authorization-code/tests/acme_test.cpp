// Acme's flows by themselves: events in, actions out, no network.
#include <gtest/gtest.h>

#include "patchbay/testing/flow_driver.h"

namespace {

using namespace patchbay::testing;

Driver driver() {
  return Driver(patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr));
}

const InputSpec kInput = {.setup_fields = {{"client_id", "hub"}},
                          .setup_secrets = {{"client_secret", "s3cret"}},
                          .redirect_uri = "https://hub.example/connect/return"};

TEST(Acme, SendsThePersonAwayAndExchangesTheCode) {
  Driver acme = driver();
  FlowRun run = acme.connect(kInput);
  const Seen away = run.start();
  ASSERT_EQ(away.kind, PATCHBAY_ACTION_REDIRECT);
  EXPECT_TRUE(away.redirect_url.starts_with("https://api.acme.example/oauth/authorize?"));
  const Seen asked = run.redirect({{"code", "abc"}, {"state", away.redirect_state}});
  ASSERT_EQ(asked.requests.size(), 1U);
  EXPECT_NE(asked.requests[0].body.find("code_verifier="), std::string::npos);
  const Seen done = run.replies(
      {{.status = 200, .body = R"({"access_token":"T","refresh_token":"R","expires_in":60})"}});
  ASSERT_EQ(done.kind, PATCHBAY_ACTION_DONE);
  EXPECT_EQ(done.tokens[0].value, "T");
}

TEST(Acme, APersonWhoDoesNotAllowItIsTold) {
  Driver acme = driver();
  FlowRun run = acme.connect(kInput);
  const Seen away = run.start();
  const Seen failed = run.redirect({{"error", "access_denied"}, {"state", away.redirect_state}});
  EXPECT_EQ(failed.message.id, "error.oauth_access_denied");
}

TEST(Acme, SpendsTheRefreshTokenAndKeepsTheNext) {
  Driver acme = driver();
  InputSpec input = kInput;
  input.secrets = {{"refresh_token", "R1"}};
  FlowRun run = acme.refresh(input);
  EXPECT_NE(run.start().requests[0].flags & PATCHBAY_REQUEST_CONSUMES, 0U);
  const Seen done = run.replies(
      {{.status = 200, .body = R"({"access_token":"T2","refresh_token":"R2","expires_in":60})"}});
  EXPECT_EQ(done.secrets, (Pairs{{"refresh_token", "R2"}}));
}

}  // namespace
