// Webhook endpoints and what is to be delivered to them, on every kind of database.
#include "store/events_table.h"
#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace endpoints = webhook_endpoints_table;
namespace deliveries = webhook_deliveries_table;

struct StoreWebhooks : testing::TestWithParam<Kind> {
  StoreWebhooks() {
    add_project(*db);
    add_project(*db, "prj_2");
  }

  void add(const std::string& id, const std::string& events = "[]",
           const std::string& project = "prj_1", bool active = true) {
    WebhookEndpoint endpoint;
    endpoint.id = id;
    endpoint.project_id = project;
    endpoint.url = "https://hooks.example.com/" + id;
    endpoint.events = events;
    endpoint.active = active;
    ASSERT_TRUE(endpoints::insert(*db, endpoint));
  }
  std::int64_t happen(const std::string& kind, std::int64_t at = 100) {
    return events_table::append(*db, {0, "prj_1", kind, "acc_1", "{}", at}).value();
  }
  std::size_t waiting(const std::string& id) {
    std::size_t count = 0;
    for (const auto& one : deliveries::list(*db, id, 0, 100).value())
      if (one.state == DeliveryState::kWaiting) ++count;
    return count;
  }

  TestPlace place{GetParam()};
  std::unique_ptr<Database> db = place.open_migrated();
};

TEST_P(StoreWebhooks, AnEventIsQueuedForWhoeverAskedForItsKind) {
  add("wh_all");
  add("wh_errors", R"(["account.error","account.deleted"])");
  add("wh_off", "[]", "prj_1", false);
  add("wh_other", "[]", "prj_2");
  happen("account.created");
  const auto second = happen("account.error");
  EXPECT_EQ(waiting("wh_all"), 2U);
  EXPECT_EQ(waiting("wh_errors"), 1U);
  EXPECT_EQ(waiting("wh_off"), 0U);
  EXPECT_EQ(waiting("wh_other"), 0U);
  EXPECT_EQ(deliveries::next(*db, "wh_errors").value()->event.seq, second);
  EXPECT_EQ(deliveries::next(*db, "wh_errors").value()->queued, 100);
  ASSERT_TRUE(events_table::append_for_nobody(*db, {0, "prj_1", "webhook.test", "", "{}", 1}));
  EXPECT_EQ(waiting("wh_all"), 2U);
}

TEST_P(StoreWebhooks, AnEventThatIsRolledBackIsQueuedForNobody) {
  add("wh_1");
  ASSERT_TRUE(db->begin(Access::kWrite));
  happen("account.created");
  db->rollback();
  EXPECT_EQ(waiting("wh_1"), 0U);
}

TEST_P(StoreWebhooks, AClaimIsOnesOwnUntilItRunsOut) {
  add("wh_1");
  add("wh_idle");
  EXPECT_TRUE(endpoints::claim_due(*db, 1'000, 2'000, 10)->empty()) << "nothing waits";
  happen("account.created");
  const auto claimed = endpoints::claim_due(*db, 1'000, 2'000, 10).value();
  ASSERT_EQ(claimed.size(), 2U);
  EXPECT_EQ(claimed[0].claimed_until, 2'000);
  EXPECT_TRUE(endpoints::claim_due(*db, 1'999, 3'000, 10)->empty());
  EXPECT_EQ(endpoints::claim_due(*db, 2'000, 3'000, 10)->size(), 2U);
  // The first has been overtaken: it changes nothing any more.
  EXPECT_FALSE(endpoints::renew_claim(*db, "wh_1", 2'000, 9'000).value());
  auto late = claimed[0];
  late.last_error = "late";
  EXPECT_FALSE(endpoints::end_claim(*db, late, 2'000).value());
  EXPECT_EQ(endpoints::find(*db, "prj_1", "wh_1").value()->last_error, "");
}

TEST_P(StoreWebhooks, WhatEndedAClaimIsKept) {
  add("wh_1");
  happen("account.created");
  auto mine = endpoints::claim_due(*db, 1'000, 2'000, 10)->at(0);
  mine.next_attempt = 5'000;
  mine.failing_since = 1'000;
  mine.last_status = 500;
  mine.last_error = "no";
  ASSERT_TRUE(endpoints::end_claim(*db, mine, 2'000).value());
  EXPECT_TRUE(endpoints::claim_due(*db, 4'999, 9'000, 10)->empty());
  const auto kept = endpoints::find(*db, "prj_1", "wh_1").value();
  EXPECT_EQ(kept->failing_since, 1'000);
  EXPECT_EQ(kept->last_status, 500);
  EXPECT_EQ(endpoints::claim_due(*db, 5'000, 9'000, 10)->size(), 1U);
  ASSERT_TRUE(endpoints::change(*db, *kept));
  EXPECT_EQ(endpoints::find(*db, "prj_1", "wh_1").value()->next_attempt, 0);
}

TEST_P(StoreWebhooks, OrderReplayAndPruning) {
  add("wh_1");
  const auto first = happen("account.created", 100);
  const auto second = happen("account.updated", 200);
  auto one = *deliveries::next(*db, "wh_1").value();
  EXPECT_EQ(one.event.seq, first);
  one.state = DeliveryState::kDelivered;
  one.finished = 1'000;
  one.last_status = 204;
  ASSERT_TRUE(deliveries::record(*db, "wh_1", one));
  EXPECT_EQ(deliveries::next(*db, "wh_1").value()->event.seq, second);
  ASSERT_TRUE(deliveries::give_up(*db, "wh_1", 201, 1'100));
  EXPECT_FALSE(deliveries::next(*db, "wh_1").value());
  const auto all = deliveries::list(*db, "wh_1", 0, 10).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].event.seq, second);
  EXPECT_EQ(all[0].state, DeliveryState::kGivenUp);
  EXPECT_EQ(all[1].attempts, 1);
  EXPECT_EQ(deliveries::list(*db, "wh_1", second, 10)->size(), 1U);

  EXPECT_TRUE(deliveries::replay(*db, "wh_1", first, 2'000).value());
  EXPECT_FALSE(deliveries::replay(*db, "wh_1", 999, 2'000).value());
  EXPECT_EQ(deliveries::replay_given_up(*db, "wh_1", 1'000, 2'000).value(), 1);
  EXPECT_EQ(deliveries::next(*db, "wh_1").value()->event.seq, first);
  ASSERT_TRUE(deliveries::give_up(*db, "wh_1", 2'000, 2'001));
  EXPECT_EQ(waiting("wh_1"), 2U) << "replayed ones are as good as new";

  ASSERT_TRUE(deliveries::prune(*db, 99'999));
  EXPECT_EQ(deliveries::list(*db, "wh_1", 0, 10)->size(), 2U) << "what waits stays";
}

TEST_P(StoreWebhooks, SecretsOverlapAndGoWithTheirEndpoint) {
  add("wh_1");
  const auto secret = [](const std::string& id, std::int64_t at) {
    return WebhookSecret{id, "wh_1", "prj_1", "sealed", at, 0};
  };
  // The same moment, and ids in the other order: neither decides.
  ASSERT_TRUE(endpoints::insert_secret(*db, secret("whs_1", 10)));
  ASSERT_TRUE(endpoints::retire_secrets(*db, "wh_1", 10, 100));
  ASSERT_TRUE(endpoints::insert_secret(*db, secret("whs_2", 10)));
  const auto both = endpoints::secrets(*db, "wh_1", 99).value();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].id, "whs_2");
  EXPECT_EQ(endpoints::secrets(*db, "wh_1", 100)->size(), 1U);
  happen("account.created");
  EXPECT_FALSE(endpoints::remove(*db, "prj_2", "wh_1"));
  ASSERT_TRUE(endpoints::remove(*db, "prj_1", "wh_1"));
  EXPECT_TRUE(endpoints::secrets(*db, "wh_1", 1)->empty());
  EXPECT_TRUE(deliveries::list(*db, "wh_1", 0, 10)->empty());
}

INSTANTIATE_TEST_SUITE_P(Every, StoreWebhooks, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
