// Events on their way to webhook endpoints: order, retries, giving up, claims, secrets.
#include "actions_test_support.h"
#include "webhooks/deliverer.h"
#include "webhooks/message.h"
#include "webhooks/signature.h"
#include "webhooks/webhook_endpoints.h"

namespace patchbay::webhooks {
namespace {

using store::DeliveryState;

struct DelivererTest : testing::Test {
  test::Hub hub{"[]"};
  WebhookEndpoints endpoints{*hub.services};
  DelivererOptions options;

  NewEndpoint add(const std::string& path = "a", std::vector<std::string> events = {}) {
    EndpointWish wish;
    wish.url = "https://hooks.example.com/" + path;
    wish.events = std::move(events);
    auto made = hub.loops.block_on(endpoints.create("prj_1", std::move(wish), {}));
    if (!made) std::abort();
    return *std::move(made);
  }
  std::int64_t happen(const std::string& kind) {
    std::int64_t seq = 0;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(
          seq, store::events_table::append(
                   db, {0, "prj_1", kind, "acc_1", R"({"provider":"acme"})", hub.clock.unix_ms()}));
      return {};
    });
    return seq;
  }
  void deliver() {
    Deliverer deliverer(*hub.services, options);
    const auto done = hub.loops.block_on(deliverer.run_due());
    EXPECT_TRUE(done) << done.error().message;
  }
  std::string state(const std::string& id) {
    std::string out;
    for (const auto& one : *hub.loops.block_on(endpoints.deliveries("prj_1", id, 0, 100)))
      out.insert(0, one.state == DeliveryState::kWaiting     ? "w"
                    : one.state == DeliveryState::kDelivered ? "d"
                                                             : "g");
    return out;
  }
  store::WebhookEndpoint now(const std::string& id) {
    return *hub.loops.block_on(endpoints.get("prj_1", id));
  }
  [[nodiscard]] std::vector<std::string> sent() const {
    std::vector<std::string> kinds;
    for (const auto& request : hub.provider.requests)
      kinds.push_back(
          test::parsed(request.body.reveal()).root().get("event").string_or("?").substr(8));
    return kinds;
  }
};

TEST_F(DelivererTest, SendsEachEventSignedAndInOrder) {
  const auto made = add();
  happen("account.created");
  happen("account.updated");
  hub.provider.answer(200, "");
  hub.provider.answer(204, "");
  deliver();
  EXPECT_EQ(sent(), (std::vector<std::string>{"created", "updated"}));
  EXPECT_EQ(state(made.endpoint.id), "dd");
  const auto& request = hub.provider.requests.front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://hooks.example.com/a");
  EXPECT_EQ(request.allowed_hosts, std::vector<std::string>{"hooks.example.com"});
  EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
  const std::string id(*request.headers.get("webhook-id"));
  EXPECT_EQ(request.headers.get("webhook-signature"),
            standard_signature(made.secret, id, hub.clock.unix_ms() / 1000, request.body.reveal()));
  deliver();
  EXPECT_EQ(hub.provider.requests.size(), 2U) << "nothing is sent twice";
}

TEST_F(DelivererTest, WaitsAfterARefusalAndKeepsTheOrder) {
  const auto made = add();
  happen("account.created");
  happen("account.updated");
  hub.provider.answer(500, "no");
  deliver();
  EXPECT_EQ(sent().size(), 1U) << "the next waits behind the one that was refused";
  EXPECT_EQ(now(made.endpoint.id).last_status, 500);
  EXPECT_NE(now(made.endpoint.id).failing_since, 0);
  deliver();
  EXPECT_EQ(sent().size(), 1U) << "not at once";
  hub.clock.advance_ms(10'000);
  hub.provider.answer(200, "");
  hub.provider.answer(200, "");
  deliver();
  EXPECT_EQ(sent(), (std::vector<std::string>{"created", "created", "updated"}));
  EXPECT_EQ(now(made.endpoint.id).failing_since, 0);
  // The same id both times, by which the receiver knows it.
  EXPECT_EQ(hub.provider.requests[0].headers.get("webhook-id"),
            hub.provider.requests[1].headers.get("webhook-id"));
}

TEST_F(DelivererTest, OneThatRefusesHoldsUpNobodyElse) {
  const auto bad = add("bad");
  const auto good = add("good", {"account.created"});
  happen("account.created");
  hub.provider.answer(503, "");
  hub.provider.answer(200, "");
  deliver();
  EXPECT_EQ(state(bad.endpoint.id) + state(good.endpoint.id),
            hub.provider.requests[0].url.ends_with("bad") ? "wd" : "dw");
}

TEST_F(DelivererTest, GivesUpAfterThreeDaysAndReplays) {
  const auto made = add();
  happen("account.created");
  int attempts = 0;
  for (; attempts < 100 && state(made.endpoint.id) == "w"; ++attempts) {
    hub.provider.answer(attempts % 2 == 0 ? 302 : 404, "");
    deliver();
    hub.clock.advance_ms(5 * 3'600'000);
  }
  EXPECT_EQ(state(made.endpoint.id), "g");
  EXPECT_EQ(attempts, 16) << "5 hours apart, until 3 days are over";
  const auto many = hub.loops.block_on(endpoints.replay_given_up("prj_1", made.endpoint.id, 0));
  EXPECT_EQ(many.value(), 1);
  hub.provider.answer(200, "");
  deliver();
  EXPECT_EQ(state(made.endpoint.id), "d");
}

TEST_F(DelivererTest, OneThatIsGoneIsSwitchedOff) {
  const auto made = add();
  happen("account.created");
  hub.provider.answer(410, "");
  deliver();
  EXPECT_FALSE(now(made.endpoint.id).active);
  happen("account.updated");
  EXPECT_EQ(state(made.endpoint.id), "w") << "nothing is queued for it any more";
  EndpointWish wish;
  wish.active = true;
  ASSERT_TRUE(hub.loops.block_on(endpoints.change("prj_1", made.endpoint.id, wish, {})));
  hub.provider.answer(200, "");
  deliver();
  EXPECT_EQ(state(made.endpoint.id), "d") << "what waited is not lost";
}

TEST_F(DelivererTest, NetworkFaultsAreRetriedToo) {
  const auto made = add();
  happen("account.created");
  net::ClientReply lost;
  lost.error = net::NetError::kReset;
  lost.message = "the connection ended";
  lost.maybe_processed = true;
  hub.provider.replies.push_back(std::move(lost));
  deliver();
  EXPECT_EQ(state(made.endpoint.id), "w");
  EXPECT_EQ(now(made.endpoint.id).last_status, 0);
  EXPECT_EQ(now(made.endpoint.id).last_error, "the connection ended");
}

TEST_F(DelivererTest, SignsWithBothSecretsWhileTheyOverlap) {
  const auto made = add();
  const auto fresh = hub.loops.block_on(endpoints.rotate_secret("prj_1", made.endpoint.id, {}));
  ASSERT_TRUE(fresh) << fresh.error().message;
  happen("account.created");
  hub.provider.answer(200, "");
  deliver();
  const auto& headers = hub.provider.requests.back().headers;
  EXPECT_NE(headers.get("webhook-signature")->find(' '), std::string_view::npos);
  EXPECT_EQ(headers.get("x-stackone-signature"),
            stackone_signature(made.secret, hub.provider.requests.back().body.reveal()));
  hub.clock.advance_ms(WebhookEndpoints::kOverlapMs);
  happen("account.updated");
  hub.provider.answer(200, "");
  deliver();
  EXPECT_EQ(hub.provider.requests.back().headers.get("x-stackone-signature"),
            stackone_signature(*fresh, hub.provider.requests.back().body.reveal()));
}

TEST_F(DelivererTest, AnErrorTellsHowToMendIt) {
  add();
  options.reconnect_link = [](std::string project,
                              std::string account) -> Task<Result<SecretString>> {
    co_return SecretString("https://hub.example/" + project + "/" + account);
  };
  happen("account.error");
  happen("account.updated");
  hub.provider.answer(200, "");
  hub.provider.answer(200, "");
  deliver();
  const auto link = [&](std::size_t i) {
    return test::parsed(hub.provider.requests[i].body.reveal())
        .root()
        .get("reconnect_url")
        .string_or("none");
  };
  EXPECT_EQ(link(0), "https://hub.example/prj_1/acc_1");
  EXPECT_EQ(link(1), "none");
}

TEST_F(DelivererTest, WhatADeadInstanceClaimedIsSentWhenItsClaimRunsOut) {
  const auto made = add();
  happen("account.created");
  hub.change([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(const auto claimed,
                        store::webhook_endpoints_table::claim_due(
                            db, hub.clock.unix_ms(), hub.clock.unix_ms() + 60'000, 10));
    EXPECT_EQ(claimed.size(), 1U);
    return {};
  });
  deliver();
  EXPECT_TRUE(hub.provider.requests.empty());
  hub.clock.advance_ms(60'000);
  hub.provider.answer(200, "");
  deliver();
  EXPECT_EQ(state(made.endpoint.id), "d");
}

TEST_F(DelivererTest, EndpointsHaveToBeSafeAddresses) {
  for (const char* url : {"", "http://hooks.example.com/", "https://user:pw@hooks.example.com/",
                          "https://hooks.example.com/#x", "ftp://x", "https://", "javascript:x"}) {
    EndpointWish wish;
    wish.url = url;
    EXPECT_FALSE(hub.loops.block_on(endpoints.create("prj_1", wish, {}))) << url;
  }
  EndpointWish wish;
  wish.url = "https://hooks.example.com/";
  wish.events = std::vector<std::string>{"account.exploded"};
  EXPECT_FALSE(hub.loops.block_on(endpoints.create("prj_1", wish, {})));
  for (std::size_t i = 0; i < WebhookEndpoints::kMostOfAProject; ++i) add();
  wish.events = {};
  const auto more = hub.loops.block_on(endpoints.create("prj_1", wish, {}));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::kConflict);
}

TEST_F(DelivererTest, NothingChangesWithoutTheAuditLog) {
  const auto made = add();
  hub.audit_log.failure = make_error(ErrorCode::kStorage, "full");
  EndpointWish wish;
  wish.url = "https://elsewhere.example.com/";
  EXPECT_FALSE(hub.loops.block_on(endpoints.create("prj_1", wish, {})));
  EXPECT_FALSE(hub.loops.block_on(endpoints.change("prj_1", made.endpoint.id, wish, {})));
  EXPECT_FALSE(hub.loops.block_on(endpoints.rotate_secret("prj_1", made.endpoint.id, {})));
  EXPECT_FALSE(hub.loops.block_on(endpoints.remove("prj_1", made.endpoint.id, {})));
  EXPECT_EQ(now(made.endpoint.id).url, "https://hooks.example.com/a");
}

}  // namespace
}  // namespace patchbay::webhooks
