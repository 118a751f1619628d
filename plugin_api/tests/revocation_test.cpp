#include "patchbay/sdk/revocation.h"

#include <gtest/gtest.h>

#include "only.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;
using patchbay::tests::OnlyDriver;

class ByClient : public RevocationFlow {
 public:
  explicit ByClient(Input input)
      : RevocationFlow(std::move(input), {.endpoint = {.url = "https://id.toy.test/revoke"}}) {}
};
class ByHolder : public RevocationFlow {
 public:
  explicit ByHolder(Input input)
      : RevocationFlow(std::move(input), {.endpoint = {.url = "https://id.toy.test/revoke"},
                                          .authentication = RevocationAuthentication::bearer}) {}
};
class ForbiddenMeansGone : public RevocationFlow {
 public:
  explicit ForbiddenMeansGone(Input input)
      : RevocationFlow(std::move(input), {.endpoint = {.url = "https://id.toy.test/revoke"},
                                          .authentication = RevocationAuthentication::bearer,
                                          .forbidden_means_gone = true}) {}
};

InputSpec with_tokens(std::size_t tokens) {
  InputSpec input = {.setup_fields = {{"client_id", "op"}},
                     .setup_secrets = {{"client_secret", "op-secret"}}};
  for (std::size_t i = 0; i < tokens; ++i) {
    input.tokens.push_back({.name = "t" + std::to_string(i), .value = "T" + std::to_string(i)});
  }
  return input;
}

TEST(Revocation, TakesTheRefreshTokenFirstAndNamesTheClient) {
  OnlyDriver<ByClient> driver;
  InputSpec input = with_tokens(1);
  input.secrets = {{"refresh_token", "R"}};
  FlowRun run = driver.revoke(input);
  const Seen seen = run.start();
  ASSERT_EQ(seen.requests.size(), 2U);
  EXPECT_EQ(seen.requests[0].body,
            "token=R&token_type_hint=refresh_token&client_id=op&client_secret=op-secret");
  EXPECT_EQ(seen.requests[1].body, "token=T0&client_id=op&client_secret=op-secret");
  EXPECT_EQ(seen.requests[0].flags, PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_IDEMPOTENT);
  EXPECT_EQ(run.replies({{.status = 200}, {.status = 200}}).kind, PATCHBAY_ACTION_DONE);
}

TEST(Revocation, ByTheHolderSendsEachTokenAsItsOwnBearer) {
  OnlyDriver<ByHolder> driver;
  FlowRun run = driver.revoke(with_tokens(2));
  const Seen seen = run.start();
  ASSERT_EQ(seen.requests.size(), 2U);
  EXPECT_EQ(seen.requests[1].body, "token=T1");
  EXPECT_EQ(seen.requests[1].header("authorization"), "Bearer T1");
}

TEST(Revocation, OfManyTokensGoesInBatches) {
  OnlyDriver<ByHolder> driver;
  FlowRun run = driver.revoke(with_tokens(PATCHBAY_MAX_BATCH + 3));
  EXPECT_EQ(run.start().requests.size(), PATCHBAY_MAX_BATCH);
  EXPECT_EQ(
      run.replies(std::vector<ReplySpec>(PATCHBAY_MAX_BATCH, {.status = 200})).requests.size(), 3U);
  EXPECT_EQ(run.replies(std::vector<ReplySpec>(3, {.status = 200})).kind, PATCHBAY_ACTION_DONE);
}

TEST(Revocation, OfNothingIsDone) {
  OnlyDriver<ByClient> driver;
  FlowRun run = driver.revoke(with_tokens(0));
  EXPECT_EQ(run.start().kind, PATCHBAY_ACTION_DONE);
}

TEST(Revocation, CountsWhatIsNoLongerValidAsDoneAndReportsTheRest) {
  struct Row {
    ReplySpec reply;
    bool by_client, by_holder;  // done?
  };
  const Row rows[] = {
      {{.status = 200}, true, true},
      {{.status = 401}, false, true},
      {{.status = 400, .body = R"({"error":"invalid_token"})"}, true, true},
      {{.status = 400, .body = R"({"error":"unsupported_token_type"})"}, true, true},
      {{.status = 400, .body = R"({"error":"invalid_request"})"}, false, false},
      {{.status = 404}, false, false},
      {{.status = 503}, false, false},
      {{.status = 429}, false, false},
      {{.net_error = PATCHBAY_NET_RESET}, false, false},
  };
  OnlyDriver<ByClient> client;
  OnlyDriver<ByHolder> holder;
  for (const Row& row : rows) {
    FlowRun one = client.revoke(with_tokens(1));
    one.start();
    EXPECT_EQ(one.replies({row.reply}).kind == PATCHBAY_ACTION_DONE, row.by_client)
        << row.reply.status;
    FlowRun two = holder.revoke(with_tokens(1));
    two.start();
    EXPECT_EQ(two.replies({row.reply}).kind == PATCHBAY_ACTION_DONE, row.by_holder)
        << row.reply.status;
  }
}

TEST(Revocation, CountsARefusalOfTheTokenInJsonAsDoneWhereItMeansThat) {
  OnlyDriver<ByHolder> holder;
  OnlyDriver<ForbiddenMeansGone> gone;
  const auto done = [](Driver& driver, const char* body) {
    FlowRun run = driver.revoke(with_tokens(1));
    run.start();
    return run.replies({{.status = 403, .body = body}}).kind == PATCHBAY_ACTION_DONE;
  };
  EXPECT_TRUE(done(gone, "{}"));
  EXPECT_FALSE(done(gone, "<html>"));
  EXPECT_FALSE(done(gone, ""));
  EXPECT_FALSE(done(holder, "{}"));
}

}  // namespace
