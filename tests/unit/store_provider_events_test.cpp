// Inbound URLs and what came to them, on every kind of database.
#include "store/events_table.h"
#include "store/inbound_urls_table.h"
#include "store/provider_events_table.h"
#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace urls = inbound_urls_table;
namespace events = provider_events_table;

struct StoreProviderEvents : testing::TestWithParam<Kind> {
  StoreProviderEvents() {
    add_project(*db);
    EXPECT_TRUE(integrations_table::insert(*db, example_integration()));
    EXPECT_TRUE(accounts_table::insert(*db, example_account("acc_1", "one")));
    EXPECT_TRUE(accounts_table::insert(*db, example_account("acc_2", "two")));
  }

  std::optional<std::int64_t> come(const std::string& identity,
                                   const std::string& account = "acc_1", std::int64_t at = 100) {
    ProviderEvent event;
    event.id = "pev_" + account + identity;
    event.project_id = "prj_1";
    event.account_id = account;
    event.identity = identity;
    event.received = at;
    event.sealed = std::string("\0sealed", 7);
    const auto seq = events::insert(*db, event).value();
    if (!seq) return seq;
    const auto told =
        events_table::append(*db, {0, "prj_1", std::string(kProviderEventKind), account, "{}", at});
    EXPECT_TRUE(events::set_event_seq(*db, *seq, told.value()));
    return seq;
  }
  std::size_t count(const std::string& account = "acc_1") {
    return events::list(*db, "prj_1", account, 0, 1'000)->size();
  }
  std::size_t told() { return events_table::list_after(*db, "prj_1", 0, 1'000)->size(); }
  void add_url(const std::string& id) {
    EXPECT_TRUE(urls::insert(*db, {id, "prj_1", "acc_1", "hash of " + id, "X-Secret", "s", 1, 0}));
  }
  bool good(const std::string& id, std::int64_t now) {
    return urls::find(*db, "hash of " + id, now)->has_value();
  }

  TestPlace place{GetParam()};
  std::unique_ptr<Database> db = place.open_migrated();
};

TEST_P(StoreProviderEvents, AnIdentityComesOnceToAnAccount) {
  EXPECT_TRUE(come("a"));
  EXPECT_FALSE(come("a"));
  EXPECT_TRUE(come("a", "acc_2"));
  const auto all = events::list(*db, "prj_1", "acc_1", 0, 10).value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].sealed, std::string("\0sealed", 7));
  EXPECT_EQ(events::find_by_event(*db, all[0].event_seq).value()->id, all[0].id);
  EXPECT_TRUE(events::list(*db, "prj_1", "acc_1", all[0].seq, 10)->empty());
  EXPECT_TRUE(events::list(*db, "prj_2", "acc_1", 0, 10)->empty());
  EXPECT_TRUE(events_table::list_of_account(*db, "prj_1", "acc_1", 10)->empty())
      << "it is no change of the account";
}

TEST_P(StoreProviderEvents, TheOldestOfAnAccountGo) {
  for (const char* identity : {"a", "b", "c", "d"}) come(identity);
  come("a", "acc_2");
  ASSERT_TRUE(events::trim(*db, "acc_1", 2));
  const auto left = events::list(*db, "prj_1", "acc_1", 0, 10).value();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].identity, "c");
  EXPECT_EQ(count("acc_2"), 1U);
}

TEST_P(StoreProviderEvents, WhatIsOverGoesUnlessADeliveryNeedsIt) {
  come("old", "acc_1", 100);
  WebhookEndpoint endpoint;
  endpoint.id = "wh_1";
  endpoint.project_id = "prj_1";
  ASSERT_TRUE(webhook_endpoints_table::insert(*db, endpoint));
  come("waits", "acc_1", 101);
  come("new", "acc_1", 200);
  EXPECT_EQ(events::prune(*db, 200).value(), 2);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(told(), 2U) << "the event that waits for its webhook stays";
  ASSERT_TRUE(webhook_endpoints_table::remove(*db, "prj_1", "wh_1"));
  EXPECT_EQ(events::prune(*db, 200).value(), 0);
  EXPECT_EQ(told(), 1U);
}

TEST_P(StoreProviderEvents, AUrlIsRetiredWithThoseBeforeIt) {
  add_url("first");
  EXPECT_TRUE(urls::retire(*db, "acc_1", 100, 200).value());
  add_url("second");
  EXPECT_TRUE(good("first", 199));
  EXPECT_FALSE(good("first", 200));
  EXPECT_TRUE(urls::retire(*db, "acc_1", 150, 150).value());
  EXPECT_FALSE(good("first", 150));
  EXPECT_FALSE(good("second", 150));
  EXPECT_FALSE(urls::retire(*db, "acc_1", 150, 150).value()) << "there is none any more";
  EXPECT_EQ(urls::prune(*db, 151).value(), 2);
}

TEST_P(StoreProviderEvents, UrlsAndEventsGoWithTheirAccount) {
  add_url("first");
  come("a");
  ASSERT_TRUE(accounts_table::remove(*db, "prj_1", "acc_1"));
  EXPECT_FALSE(good("first", 1));
  EXPECT_EQ(count(), 0U);
}

TEST_P(StoreProviderEvents, ARestoredBackupDoesNotBringAnEndedUrlBack) {
  const TestPlace other(GetParam());
  const auto restored = other.open_migrated();
  add_project(*restored);
  ASSERT_TRUE(integrations_table::insert(*restored, example_integration()));
  ASSERT_TRUE(accounts_table::insert(*restored, example_account("acc_1", "one")));
  for (const char* id : {"kept", "ended"}) {
    add_url(id);
    ASSERT_TRUE(urls::insert(*restored,
                             {id, "prj_1", "acc_1", "hash of " + std::string(id), "X", "s", 1, 0}));
  }
  ASSERT_TRUE(db->execute("UPDATE inbound_urls SET expires = 50 WHERE id = 'ended'"));
  ASSERT_TRUE(urls::end_again(*db, *restored));
  EXPECT_TRUE(urls::find(*restored, "hash of kept", 60)->has_value());
  EXPECT_FALSE(urls::find(*restored, "hash of ended", 60)->has_value());
}

INSTANTIATE_TEST_SUITE_P(Every, StoreProviderEvents, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
