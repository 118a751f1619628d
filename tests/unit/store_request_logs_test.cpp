// Idempotency records, the log of requests and what is removed of an owner, on every kind of
// database.
#include "store/events_table.h"
#include "store/idempotency_table.h"
#include "store/owner_data.h"
#include "store/request_logs_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

namespace logs = request_logs_table;

struct StoreRequests : testing::TestWithParam<Kind> {
  StoreRequests() {
    add_project(*db);
    add_project(*db, "prj_2");
    EXPECT_TRUE(integrations_table::insert(*db, example_integration()));
    EXPECT_TRUE(accounts_table::insert(*db, example_account("acc_1", "owner_1")));
  }

  static RequestLog some_log(const std::string& id, std::int64_t status = 200) {
    RequestLog log;
    log.id = id;
    log.project_id = "prj_1";
    log.request_id = "req_" + id;
    log.source = "api";
    log.account_id = "acc_1";
    log.action_id = "personio_list_persons";
    log.method = "POST";
    log.path = "/actions/rpc";
    log.status = status;
    log.started = 1'000;
    log.duration_ms = 5;
    log.steps = {{"stp_1" + id, 1, "GET", "api.example", "/a", 401, "", 1'000, 2},
                 {"stp_2" + id, 2, "GET", "api.example", "/a", status, "", 1'002, 3}};
    return log;
  }
  LogFilter all(const std::string& project = "prj_1") {
    LogFilter filter;
    filter.project_id = project;
    return filter;
  }
  std::int64_t rows(const std::string& from) {
    return db->query("SELECT count(*) FROM " + from).value().at(0).integer(0);
  }

  TestPlace place{GetParam()};
  std::unique_ptr<Database> db = place.open_migrated();
};

TEST_P(StoreRequests, ALogIsFoundWithItsAccountsOwnerAndItsSteps) {
  ASSERT_TRUE(logs::insert(*db, some_log("a")));
  const auto found = logs::get(*db, "prj_1", "a");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->owner_id, "owner_1");
  EXPECT_EQ(found->connector_id, "personio");
  EXPECT_EQ(found->duration_ms, 5);
  EXPECT_EQ(logs::get(*db, "prj_1", "req_a")->id, "a");
  EXPECT_EQ(logs::get(*db, "prj_2", "a").error().code, ErrorCode::kNotFound);
  const auto steps = logs::steps_of(*db, "a").value();
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].status, 401);
  EXPECT_EQ(steps[1].started, 1'002);
}

TEST_P(StoreRequests, EveryFilterAndOrderIsUnderstood) {
  ASSERT_TRUE(logs::insert(*db, some_log("a")));
  ASSERT_TRUE(logs::insert(*db, some_log("b", 502)));
  auto filter = all();
  filter.account_ids = {"acc_1", "acc_2"};
  filter.action_ids = {"personio_list_persons"};
  filter.connector_ids = {"personio"};
  filter.request_ids = {"req_a", "req_b"};
  filter.sources = {"api"};
  filter.methods = {"POST"};
  filter.statuses = {200, 502};
  filter.from = 1'000;
  filter.until = 1'001;
  filter.newest_seq = logs::newest_seq(*db, "prj_1").value();
  for (const auto order :
       {LogOrder::kTime, LogOrder::kDuration, LogOrder::kStatus, LogOrder::kProvider})
    for (const bool descending : {true, false}) {
      filter.order = order;
      filter.descending = descending;
      const auto found = logs::list(*db, filter);
      ASSERT_TRUE(found) << found.error().message;
      ASSERT_EQ(found->size(), 2U);
      EXPECT_EQ(found->front().id, descending ? "b" : "a");
    }
  filter = all();
  filter.succeeded = false;
  EXPECT_EQ(logs::list(*db, filter)->size(), 1U);
  EXPECT_EQ(logs::list_steps(*db, filter)->size(), 3U);
  filter.succeeded = true;
  EXPECT_EQ(logs::list_steps(*db, filter)->size(), 1U);
  EXPECT_TRUE(logs::list(*db, all("prj_2"))->empty());
  filter = all();
  filter.limit = filter.offset = 1;
  EXPECT_EQ(logs::list(*db, filter)->at(0).id, "a");
}

TEST_P(StoreRequests, OldLogsGoWithTheirSteps) {
  ASSERT_TRUE(logs::insert(*db, some_log("a")));
  EXPECT_EQ(logs::prune(*db, 1'000).value(), 0);
  EXPECT_EQ(logs::prune(*db, 1'001).value(), 1);
  EXPECT_EQ(rows("step_logs"), 0);
}

TEST_P(StoreRequests, AKeyIsClaimedOnceUntilItsTimeIsOver) {
  IdempotencyRecord record{"key", "prj_1", IdempotencyState::kUnderWay, 100, "sealed"};
  EXPECT_FALSE(idempotency_table::claim(*db, record, 0)->has_value());
  auto second = record;
  second.created = 200;
  const auto before = idempotency_table::claim(*db, second, 100).value();
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ(before->created, 100);
  record.state = IdempotencyState::kAnswered;
  ASSERT_TRUE(idempotency_table::settle(*db, record));
  EXPECT_EQ(idempotency_table::claim(*db, second, 100)->value().state, IdempotencyState::kAnswered);
  EXPECT_FALSE(idempotency_table::claim(*db, second, 101)->has_value()) << "its time is over";
  EXPECT_EQ(idempotency_table::settle(*db, record).error().code, ErrorCode::kNotFound)
      << "it is another one's now";
  EXPECT_EQ(idempotency_table::prune(*db, 200).value(), 0);
  ASSERT_TRUE(idempotency_table::remove(*db, "key"));
  EXPECT_EQ(rows("idempotency_records"), 0);
}

TEST_P(StoreRequests, WhatIsRemovedOfAnOwnerIsTheirsToTheLetter) {
  for (const std::string owner : {"owner_1", "Owner_1", "o\\\"wner"})
    ASSERT_TRUE(events_table::append(
        *db, {0, "prj_1", "account.created", "acc_1",
              R"({"origin_owner_id":")" + owner + R"(","origin_owner_name":"x"})", 1}));
  ASSERT_TRUE(logs::insert(*db, some_log("a")));
  const auto removed = owner_data::remove_traces(*db, "prj_1", "owner_1");
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(removed->events, 1);
  EXPECT_EQ(removed->request_logs, 1);
  EXPECT_EQ(rows("events"), 2);
  EXPECT_EQ(owner_data::remove_traces(*db, "prj_1", "o\"wner")->events, 1);
  EXPECT_EQ(owner_data::remove_traces(*db, "prj_2", "Owner_1")->events, 0);
  EXPECT_EQ(owner_data::remove_connect_sessions(*db, "prj_1", "owner_1").value(), 0);
}

INSTANTIATE_TEST_SUITE_P(Every, StoreRequests, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
