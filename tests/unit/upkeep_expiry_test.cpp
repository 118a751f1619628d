// Rows whose time is over go, and no others.
#include "actions_test_support.h"
#include "store/connect_sessions_table.h"
#include "store/events_table.h"
#include "store/idempotency_table.h"
#include "store/request_logs_table.h"
#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"
#include "upkeep/expiry.h"

namespace patchbay::upkeep {
namespace {

constexpr std::int64_t kDay = 24 * 3'600'000LL;

struct ExpiryTest : testing::Test {
  test::Hub hub{"[]"};
  Expiry expiry{hub.loops, hub.store(), hub.clock, {}};

  void add(const std::string& id, std::int64_t at) {
    hub.change([&](store::Database& db) -> Result<> {
      store::IdempotencyRecord answer;
      answer.id = id;
      answer.project_id = "prj_1";
      answer.created = at;
      PATCHBAY_TRY(store::idempotency_table::claim(db, answer, 0));
      store::RequestLog log;
      log.id = id;
      log.project_id = "prj_1";
      log.started = at;
      log.steps = {{"stp_" + id, 1, "GET", "h", "/", 200, "", at, 1}};
      PATCHBAY_TRY(store::request_logs_table::insert(db, log));
      store::ConnectSession session;
      session.id = session.token_hash = id;
      session.project_id = "prj_1";
      session.expires = at;
      PATCHBAY_TRY(store::connect_sessions_table::insert(db, session));
      return {};
    });
  }
  std::int64_t rows(const std::string& table) {
    std::int64_t count = -1;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto found, db.query("SELECT count(*) FROM " + table));
      count = found.at(0).integer(0);
      return {};
    });
    return count;
  }
};

TEST_F(ExpiryTest, EachKindHasItsOwnTime) {
  const auto now = hub.clock.unix_ms();
  add("fresh", now);
  add("two_days", now - 2 * kDay);
  add("old", now - 31 * kDay);
  hub.loops.block_on(expiry.run_once());
  EXPECT_EQ(rows("idempotency_records"), 1);
  EXPECT_EQ(rows("request_logs"), 2);
  EXPECT_EQ(rows("step_logs"), 2) << "steps go with their request";
  EXPECT_EQ(rows("connect_sessions"), 2);
}

struct AccountEventsTest : ExpiryTest {
  std::int64_t now = hub.clock.unix_ms();

  std::int64_t add_event(const std::string& kind, std::int64_t at,
                         const std::string& payload = R"({"owner":"ada"})") {
    std::int64_t seq = 0;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(seq, store::events_table::append_for_nobody(
                                   db, {0, "prj_1", kind, "acc_1", payload, at}));
      return {};
    });
    return seq;
  }
  std::vector<store::Event> events() {
    std::vector<store::Event> all;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(all, store::events_table::list_after(db, "prj_1", 0, 100'000));
      return {};
    });
    return all;
  }
  void keep(std::int64_t days) { expiry.keep({.account_events_ms = days * kDay}); }
  void run() { hub.loops.block_on(expiry.run_once()); }
};

TEST_F(AccountEventsTest, StayForEverUnlessSomebodySaysOtherwise) {
  add_event("account.created", now - 3'000 * kDay);
  run();
  EXPECT_EQ(events().size(), 1U);
  keep(7);
  run();
  EXPECT_TRUE(events().empty());
}

TEST_F(AccountEventsTest, GoOldestFirstSomeAtATimeAndNoYoungerOnes) {
  keep(7);
  const auto many = Expiry::kEventsAtOnce + 100;
  hub.change([&](store::Database& db) -> Result<> {
    for (std::int64_t i = 0; i < many; ++i)
      PATCHBAY_TRY(store::events_table::append_for_nobody(
          db, {0, "prj_1", "account.updated", "acc_1", "{}", now - 8 * kDay}));
    return {};
  });
  const auto young = add_event("account.updated", now - 6 * kDay);
  run();
  EXPECT_EQ(events().size(), 101U);
  run();
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events()[0].seq, young);
  hub.clock.advance_ms(2 * kDay);
  run();
  EXPECT_TRUE(events().empty()) << "it begins again with the oldest";
}

TEST_F(AccountEventsTest, ThatAnAccountWasUnlinkedIsAllThatStaysOfIt) {
  keep(7);
  add_event("account.deleted", now - 8 * kDay);
  run();
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events()[0].account_id, "acc_1");
  EXPECT_EQ(events()[0].payload, "{}");
}

TEST_F(AccountEventsTest, ThoseOfProvidersHaveTheirOwnTime) {
  expiry.keep({.provider_events_ms = 60 * kDay, .account_events_ms = 7 * kDay});
  add_event(std::string(store::kProviderEventKind), now - 8 * kDay);
  run();
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(AccountEventsTest, WhatAWebhookWaitsForStaysAndWhatItWasToldGoes) {
  keep(7);
  const auto waits = add_event("account.updated", now - 8 * kDay);
  const auto told = add_event("account.updated", now - 8 * kDay);
  hub.change([&](store::Database& db) -> Result<> {
    store::WebhookEndpoint endpoint;
    endpoint.id = "whk_1";
    endpoint.project_id = "prj_1";
    PATCHBAY_TRY(store::webhook_endpoints_table::insert(db, endpoint));
    for (const auto seq : {waits, told}) {
      store::WebhookDelivery delivery;
      delivery.event.seq = seq;
      delivery.event.created = now - 8 * kDay;
      PATCHBAY_TRY(store::webhook_deliveries_table::enqueue(db, "whk_1", delivery.event));
      if (seq == waits) continue;
      delivery.state = store::DeliveryState::kDelivered;
      delivery.finished = now - kDay;
      PATCHBAY_TRY(store::webhook_deliveries_table::record(db, "whk_1", delivery));
    }
    return {};
  });
  run();
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events()[0].seq, waits);
  EXPECT_EQ(rows("webhook_deliveries"), 1);
}

}  // namespace
}  // namespace patchbay::upkeep
