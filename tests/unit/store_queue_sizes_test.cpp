// How much work a store holds, on every kind of database.
#include "store/events_table.h"
#include "store/integrations_table.h"
#include "store/queue_sizes.h"
#include "store/revocations_table.h"
#include "store/webhook_endpoints_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

struct StoreQueueSizes : testing::TestWithParam<Kind> {
  StoreQueueSizes() {
    add_project(*db);
    EXPECT_TRUE(integrations_table::insert(*db, example_integration()));
  }
  void add(const std::string& id, std::int64_t next_refresh) {
    auto account = example_account(id);
    account.owner_id = id;
    account.next_refresh = next_refresh;
    ASSERT_TRUE(accounts_table::insert(*db, account));
  }

  TestPlace place{GetParam()};
  std::unique_ptr<Database> db = place.open_migrated();
};

TEST_P(StoreQueueSizes, NothingIsInAnEmptyStore) {
  const auto sizes = read_queue_sizes(*db, 1'000).value();
  EXPECT_TRUE(sizes.accounts.empty());
  EXPECT_TRUE(sizes.refreshes.empty());
  EXPECT_TRUE(sizes.revocations.empty());
  EXPECT_EQ(sizes.deliveries.count, 0);
  EXPECT_EQ(sizes.deliveries.oldest, 0);
}

TEST_P(StoreQueueSizes, CountsWhatWaitsAndSinceWhen) {
  add("acc_1", 400);
  add("acc_2", 300);
  add("acc_3", 5'000);
  Revocation job;
  job.id = "rev_1";
  job.project_id = "prj_1";
  job.connector_id = "acme";
  job.created = 70;
  ASSERT_TRUE(revocations_table::enqueue(*db, job));
  WebhookEndpoint endpoint;
  endpoint.id = "wh_1";
  endpoint.project_id = "prj_1";
  endpoint.url = "https://hooks.example.com/";
  endpoint.events = "[]";
  ASSERT_TRUE(webhook_endpoints_table::insert(*db, endpoint));
  ASSERT_TRUE(events_table::append(*db, {0, "prj_1", "account.error", "acc_1", "{}", 90}));

  const auto sizes = read_queue_sizes(*db, 1'000).value();
  ASSERT_EQ(sizes.accounts.size(), 1U);
  EXPECT_EQ(sizes.accounts[0].connector_id, example_account().connector_id);
  EXPECT_EQ(sizes.accounts[0].status, "active");
  EXPECT_EQ(sizes.accounts[0].count, 3);
  ASSERT_EQ(sizes.refreshes.size(), 1U);
  EXPECT_EQ(sizes.refreshes[0].count, 2);
  EXPECT_EQ(sizes.refreshes[0].oldest, 300);
  ASSERT_EQ(sizes.revocations.size(), 1U);
  EXPECT_EQ(sizes.revocations[0].connector_id, "acme");
  EXPECT_EQ(sizes.revocations[0].oldest, 70);
  EXPECT_EQ(sizes.deliveries.count, 1);
  EXPECT_EQ(sizes.deliveries.oldest, 90);
}

INSTANTIATE_TEST_SUITE_P(Store, StoreQueueSizes, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
