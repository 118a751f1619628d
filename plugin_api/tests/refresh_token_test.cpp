#include "patchbay/sdk/refresh_token.h"

#include <gtest/gtest.h>

#include "only.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

class Rotating : public RefreshTokenFlow {
 public:
  explicit Rotating(Input input)
      : RefreshTokenFlow(std::move(input), {.endpoint = {.url = "https://id.toy.test/token"}}) {}
};
class Lasting : public RefreshTokenFlow {
 public:
  explicit Lasting(Input input)
      : RefreshTokenFlow(std::move(input),
                         {.endpoint = {.url = "https://id.toy.test/token"}, .rotating = false}) {}
};

InputSpec linked() {
  return {.secrets = {{"refresh_token", "R1"}},
          .setup_fields = {{"client_id", "op"}},
          .setup_secrets = {{"client_secret", "op-secret"}},
          .tokens = {{.name = "access", .value = "T1", .scopes = "a", .scopes_known = true}}};
}

constexpr RefusalRow kRefusals[] = {
    {.code = "invalid_grant",
     .failure = Failure::configuration,
     .message_id = "error.address",
     .description = "ip restricted"},
    {.code = "invalid_grant", .failure = Failure::revoked, .message_id = "error.gone"}};
class Placed : public RefreshTokenFlow {
 public:
  explicit Placed(Input input)
      : RefreshTokenFlow(std::move(input), {.endpoint = {.url = "https://id.toy.test/token",
                                                         .origin_member = "home",
                                                         .origin_fact = "host"},
                                            .refusals = kRefusals}) {}
};

TEST(RefreshToken, TellsWhereTheAccountLivesNow) {
  OnlyDriver<Placed> driver;
  const auto answered = [&driver](const std::string& more) {
    FlowRun run = driver.refresh(linked());
    run.start();
    return run.replies({{.status = 200, .body = R"({"access_token":"T2")" + more + "}"}});
  };
  EXPECT_EQ(answered(R"(,"home":"https://b.toy.test")").facts, (Pairs{{"host", "b.toy.test"}}));
  const Seen none = answered("");
  EXPECT_EQ(none.kind, PATCHBAY_ACTION_DONE);
  EXPECT_TRUE(none.facts.empty());
  for (const char* home : {"", "b.toy.test", "http://b.toy.test", "https://b.toy.test:1",
                           "https://u@b.toy.test", "https://b.toy.test/x"}) {
    const Seen refused = answered(R"(,"home":")" + std::string(home) + "\"");
    EXPECT_EQ(refused.kind, PATCHBAY_ACTION_FAIL) << home;
    EXPECT_EQ(refused.tokens.at(0).value, "T2") << "minted, and to be revoked";
  }
}

TEST(RefreshToken, MayBeRefusedInMoreWordsThanACode) {
  OnlyDriver<Placed> driver;
  const auto refused = [&driver](const std::string& description) {
    FlowRun run = driver.refresh(linked());
    run.start();
    return run
        .replies(
            {{.status = 400,
              .body = R"({"error":"invalid_grant","error_description":")" + description + "\"}"}})
        .message.id;
  };
  EXPECT_EQ(refused("ip restricted"), "error.address");
  EXPECT_EQ(refused("expired access/refresh token"), "error.gone");
  EXPECT_EQ(refused(""), "error.gone");
}

TEST(RefreshToken, IsPresentedOnceWhenItRotates) {
  OnlyDriver<Rotating> rotating;
  FlowRun once = rotating.refresh(linked());
  const Seen seen = once.start();
  EXPECT_EQ(seen.requests.at(0).body,
            "grant_type=refresh_token&refresh_token=R1&client_id=op&client_secret=op-secret");
  EXPECT_NE(seen.requests[0].flags & PATCHBAY_REQUEST_CONSUMES, 0U);
  OnlyDriver<Lasting> lasting;
  FlowRun again = lasting.refresh(linked());
  EXPECT_EQ(again.start().requests.at(0).flags & PATCHBAY_REQUEST_CONSUMES, 0U);
}

TEST(RefreshToken, IsReplacedWhenAnotherComes) {
  OnlyDriver<Rotating> driver;
  FlowRun run = driver.refresh(linked());
  run.start();
  const Seen seen = run.replies(
      {{.status = 200, .body = R"({"access_token":"T2","expires_in":60,"refresh_token":"R2"})"}});
  EXPECT_EQ(seen.tokens.at(0).value, "T2");
  EXPECT_EQ(seen.tokens.at(0).scopes, "a");  // none told: those of before
  EXPECT_EQ(seen.secrets, (Pairs{{"refresh_token", "R2"}}));
}

TEST(RefreshToken, StaysWhenNoOtherComes) {
  OnlyDriver<Lasting> driver;
  FlowRun run = driver.refresh(linked());
  run.start();
  const Seen seen = run.replies({{.status = 200, .body = R"({"access_token":"T2"})"}});
  EXPECT_EQ(seen.kind, PATCHBAY_ACTION_DONE);
  EXPECT_TRUE(seen.secrets.empty());
}

TEST(RefreshToken, WithdrawnMeansToConnectAgain) {
  OnlyDriver<Rotating> driver;
  FlowRun run = driver.refresh(linked());
  run.start();
  EXPECT_EQ(run.replies({{.status = 400, .body = R"({"error":"invalid_grant"})"}}).failure,
            PATCHBAY_FAIL_REVOKED);
  FlowRun none = driver.refresh({});
  const Seen seen = none.start();
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_REVOKED);
  EXPECT_EQ(seen.message.id, "error.oauth_no_refresh_token");
}

TEST(RefreshToken, ARefusedClientIsTheOperatorsToMendAndEndsNoAccount) {
  for (const char* code : {"invalid_client", "unauthorized_client"}) {
    OnlyDriver<Rotating> driver;
    FlowRun run = driver.refresh(linked());
    run.start();
    const Seen seen =
        run.replies({{.status = 401, .body = R"({"error":")" + std::string(code) + R"("})"}});
    EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CONFIGURATION) << code;
    EXPECT_EQ(seen.message.id, "error.oauth_client_refused") << code;
  }
}

TEST(RefreshToken, CancelledHandsOverOnlyWhatIsNew) {
  OnlyDriver<Lasting> driver;
  FlowRun run = driver.refresh(linked());
  run.start();
  const Seen seen =
      run.cancel({{.status = 200, .body = R"({"access_token":"T1","refresh_token":"R1"})"}});
  EXPECT_EQ(seen.failure, PATCHBAY_FAIL_CANCELLED);
  EXPECT_TRUE(seen.tokens.empty());  // the account goes on using both
}

}  // namespace
