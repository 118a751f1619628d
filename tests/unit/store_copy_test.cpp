// Copying a store, in every direction: all of it, exactly, or nothing.
#include <gtest/gtest.h>

#include <set>

#include "store/account_credentials.h"
#include "store/change_sequence_table.h"
#include "store/copy_store.h"
#include "store/events_table.h"
#include "store/store_in_use.h"
#include "store/table_shape.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

constexpr int kMoreThanAPage = 700;

// At least one row in every table, and values that are easily got wrong.
void fill(Database& db, int accounts = 2) {
  ASSERT_TRUE(db.begin(Access::kWrite));
  add_project(db);
  EXPECT_TRUE(integrations_table::insert(db, example_integration()));
  for (int i = 0; i < accounts; ++i) {
    const auto id = "acc_" + std::to_string(i);
    auto account = example_account(id, "owner " + id);
    account.label = i % 2 == 0 ? "" : "Grüße '\"?\\ \n";
    account.last_used = i == 0 ? INT64_MIN : INT64_MAX;
    EXPECT_TRUE(accounts_table::insert(db, account));
    EXPECT_TRUE(account_credentials::insert(db, account,
                                            {{"client_secret", std::string("\0\xff;", 3), 1}},
                                            {{"v2", "", "Bearer", "", 1, 2, 1}}));
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(events_table::append(db, {0, "prj_1", "account.created", "acc_1", "{}", 5}));
    EXPECT_TRUE(change_sequence_table::bump(db));
  }
  // The highest number is given, but not there any more.
  EXPECT_TRUE(db.execute("DELETE FROM events WHERE seq = 3"));
  const std::vector<std::string> others = {
      "INSERT INTO data_keys VALUES ('k1', 'kek', ?, 1, 0, 0)",
      R"(INSERT INTO connect_sessions VALUES (9, 's', 'prj_1', 'h', '', '', '', '', '', '', 0,
         'test', '', '{}', '[]', 1, 2, 'open', '', 'cs'))",
      "INSERT INTO revocations VALUES ('r', 'prj_1', '', '', '', '', ?, '', 0, 1, 2, 3, '', 'k1')",
      "INSERT INTO api_keys VALUES ('a', 'prj_1', 'p', 'h', '', '', 1, 0, 0)",
      "INSERT INTO operator_sessions VALUES ('h', 1, 2, 'c', 'viewer', 'Ada')",
      "INSERT INTO signin_links VALUES ('h', 1, 2, 0, 'admin', '')",
      "INSERT INTO flows VALUES ('f', 'prj_1', 'connect', '', '', '', '{}', ?, 1, 1, NULL)",
      "INSERT INTO audit_heads VALUES ('file', 'hub', 1, 'hash', 2, 0)",
      "INSERT INTO restored_accounts VALUES ('acc_1', 1)",
      "INSERT INTO instances VALUES ('ins_1', 'boot/1/2/3', 1, 2, 3)",
      "INSERT INTO refresh_leases VALUES ('acc_1', 'ins_1', 4, 1, 0, 0, 0, '')",
      "INSERT INTO webhook_endpoints VALUES ('w', 'prj_1', 'u', '', '[]', 1, 1, 0, 0, 0, 0, '')",
      "INSERT INTO webhook_secrets VALUES ('s', 'w', 'prj_1', ?, 'k1', 1, 0)",
      "INSERT INTO webhook_deliveries VALUES ('w', 1, 1, 0, 0, 0, 0, '')",
      "INSERT INTO idempotency_records VALUES ('i', 'prj_1', 1, 1, ?, 'k1')",
      R"(INSERT INTO request_logs VALUES (7, 'log', 'prj_1', 'r', 'api', '', '', '', '', '', '',
         '', '', 200, '', 1, 2))",
      "INSERT INTO step_logs VALUES ('stp', 'log', 1, '', '', '', 200, '', 1, 2)",
      "INSERT INTO logged_bodies VALUES ('log', 'prj_1', ?, 'k1')",
      "INSERT INTO inbound_urls VALUES ('inb', 'prj_1', 'acc_1', 'h', 'X-Secret', 's', 1, 0)",
      "INSERT INTO provider_events VALUES (3, 'pev', 'prj_1', 'acc_1', 'i', 't', 1, 2, ?, 'k1')",
      "INSERT INTO connector_approvals VALUES ('x', 'c', '1', '{}', '', '', '', 1, 0)"};
  for (const auto& sql : others) {
    const std::string bytes("\x00\x80\xff", 3);
    const auto done =
        sql.find('?') == std::string::npos ? db.execute(sql) : db.execute(sql, {BlobView{bytes}});
    EXPECT_TRUE(done) << sql << ": " << done.error().message;
  }
  ASSERT_TRUE(db.commit());
}

struct Direction {
  Kind from;
  Kind to;
};

struct CopyTest : testing::TestWithParam<Direction> {
  TestPlace from_place{GetParam().from};
  TestPlace to_place{GetParam().to};
  std::unique_ptr<Database> from = from_place.open_migrated();
  std::unique_ptr<Database> to = to_place.open();
};

TEST_P(CopyTest, EveryRowOfEveryTableComesOverAsItWas) {
  fill(*from, kMoreThanAPage);
  std::set<std::string> reported;
  const auto copied = copy_store(
      *from, *to,
      [&](const std::string& table, std::int64_t, std::int64_t) { reported.insert(table); });
  ASSERT_TRUE(copied) << copied.error().message;
  const auto here = checksum_store(*from);
  const auto there = checksum_store(*to);
  ASSERT_TRUE(here && there);
  ASSERT_EQ(here->size(), copied->size());
  for (std::size_t i = 0; i < here->size(); ++i) {
    EXPECT_GT(here->at(i).rows, 0) << here->at(i).name << ": fill() leaves this table out";
    EXPECT_EQ(here->at(i).name, there->at(i).name);
    EXPECT_EQ(here->at(i).checksum, there->at(i).checksum) << here->at(i).name;
    EXPECT_EQ(here->at(i).checksum, copied->at(i).checksum) << here->at(i).name;
    EXPECT_TRUE(reported.contains(here->at(i).name));
  }
  const auto account = accounts_table::find(*to, "prj_1", "acc_1")->value();
  EXPECT_EQ(account.label, "Grüße '\"?\\ \n");
  EXPECT_EQ(account.last_used, INT64_MAX);
  EXPECT_EQ(account_credentials::secrets(*to, "acc_1")->front().sealed, std::string("\0\xff;", 3));
}

TEST_P(CopyTest, NumbersOnceGivenAreNotGivenAgain) {
  fill(*from);
  ASSERT_TRUE(copy_store(*from, *to));
  EXPECT_EQ(events_table::append(*to, {0, "prj_1", "k", "", "{}", 6}).value(), 4);
  EXPECT_EQ(change_sequence_table::current(*to).value(),
            change_sequence_table::current(*from).value());
}

TEST_P(CopyTest, ATargetThatHoldsAnythingIsLeftAlone) {
  add_project(*from);
  ASSERT_TRUE(migrate(*to));
  ASSERT_TRUE(projects_table::insert(*to, {"prj_9", "Theirs", 1}));
  const auto refused = copy_store(*from, *to);
  EXPECT_EQ(code_of(refused), ErrorCode::kConflict);
  EXPECT_EQ(projects_table::list(*to)->size(), 1U);
  EXPECT_EQ(change_sequence_table::current(*to).value(), 1);
  EXPECT_FALSE(to->in_transaction() || from->in_transaction());
}

TEST_P(CopyTest, ACopyThatFailsHalfWayLeavesNothingAndMayBeMadeAgain) {
  fill(*from);
  const auto failed =
      copy_store(*from, *to, [&](const std::string& table, std::int64_t, std::int64_t) {
        if (table == "accounts") to->rollback();  // as a full disk does
      });
  EXPECT_FALSE(failed);
  EXPECT_TRUE(projects_table::list(*to)->empty());
  const auto again = copy_store(*from, *to);
  EXPECT_TRUE(again) << again.error().message;
}

TEST_P(CopyTest, ASourceOfAnotherVersionIsRefused) {
  const TestPlace old_place(GetParam().from);
  const auto old = old_place.open();
  ASSERT_TRUE(migrate_to(*old, latest_schema_version() - 1));
  EXPECT_EQ(code_of(copy_store(*old, *to)), ErrorCode::kConfiguration);
  EXPECT_FALSE(to->has_table("projects").value());
}

TEST_P(CopyTest, ASnapshotIsOfOneMomentWhileOthersWrite) {
  fill(*from, kMoreThanAPage);
  const auto writer = from_place.open(2'000);
  const auto before = checksum_store(*from);
  ASSERT_TRUE(before);
  bool wrote = false;
  const auto copied =
      copy_snapshot(*from, *to, [&](const std::string& table, std::int64_t, std::int64_t) {
        if (table != "projects" || std::exchange(wrote, true)) return;
        EXPECT_TRUE(accounts_table::remove(*writer, "prj_1", "acc_0"));
        EXPECT_TRUE(projects_table::insert(*writer, {"prj_2", "Later", 2}));
      });
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_TRUE(wrote);
  EXPECT_TRUE(accounts_table::find(*to, "prj_1", "acc_0")->has_value());
  EXPECT_FALSE(projects_table::find(*to, "prj_2")->has_value());
  for (std::size_t i = 0; i < before->size(); ++i)
    EXPECT_EQ(before->at(i).checksum, copied->at(i).checksum) << before->at(i).name;
}

TEST_P(CopyTest, WhatATargetHeldGivesWayToTheWholeSource) {
  fill(*from, 3);
  ASSERT_TRUE(migrate(*to));
  fill(*to, kMoreThanAPage);
  for (int i = 0; i < 40; ++i)
    EXPECT_TRUE(events_table::append(*to, {0, "prj_1", "k", "acc_1", "{}", 5}));
  const auto held = checksum_store(*to);
  ASSERT_TRUE(held);
  const auto done = replace_store(*from, *to, *held);
  ASSERT_TRUE(done) << done.error().message;
  const auto here = checksum_store(*from);
  const auto there = checksum_store(*to);
  ASSERT_TRUE(here && there);
  for (std::size_t i = 0; i < here->size(); ++i)
    EXPECT_EQ(here->at(i).checksum, there->at(i).checksum) << here->at(i).name;
  EXPECT_EQ(events_table::append(*to, {0, "prj_1", "k", "", "{}", 6}).value(), 44)
      << "a number that clients have seen already";
}

TEST_P(CopyTest, ATargetThatChangedMeanwhileIsNotReplaced) {
  fill(*from);
  ASSERT_TRUE(migrate(*to));
  fill(*to, 3);
  const auto held = checksum_store(*to);
  ASSERT_TRUE(held);
  EXPECT_TRUE(change_sequence_table::bump(*to));
  EXPECT_EQ(code_of(replace_store(*from, *to, *held)), ErrorCode::kConflict);
  EXPECT_TRUE(accounts_table::find(*to, "prj_1", "acc_2")->has_value());
}

TEST_P(CopyTest, AReplacementThatFailsHalfWayChangesNothing) {
  fill(*from);
  ASSERT_TRUE(migrate(*to));
  fill(*to, 3);
  for (int i = 0; i < 40; ++i)
    EXPECT_TRUE(events_table::append(*to, {0, "prj_1", "k", "acc_1", "{}", 5}));
  const auto held = checksum_store(*to);
  ASSERT_TRUE(held);
  EXPECT_FALSE(
      replace_store(*from, *to, *held, [&](const std::string& table, std::int64_t, std::int64_t) {
        if (table == "events") to->rollback();
      }));
  const auto after = checksum_store(*to);
  ASSERT_TRUE(after);
  for (std::size_t i = 0; i < held->size(); ++i)
    EXPECT_EQ(held->at(i).checksum, after->at(i).checksum) << held->at(i).name;
  EXPECT_EQ(events_table::append(*to, {0, "prj_1", "k", "", "{}", 6}).value(), 44);
}

INSTANTIATE_TEST_SUITE_P(Every, CopyTest,
                         testing::Values(Direction{Kind::kSqlite, Kind::kPostgres},
                                         Direction{Kind::kPostgres, Kind::kSqlite},
                                         Direction{Kind::kSqlite, Kind::kSqlite},
                                         Direction{Kind::kPostgres, Kind::kPostgres}),
                         [](const testing::TestParamInfo<Direction>& way) {
                           const auto name = [](Kind kind) {
                             return kind == Kind::kSqlite ? "Sqlite" : "Postgres";
                           };
                           return std::string(name(way.param.from)) + "To" + name(way.param.to);
                         });

struct TableShapeTest : testing::TestWithParam<Kind> {
  TestPlace place{GetParam()};
};

TEST_P(TableShapeTest, TheWholeSchemaIsFoundParentsFirst) {
  const auto db = place.open_migrated();
  const auto tables = table_shapes(*db);
  ASSERT_TRUE(tables) << tables.error().message;
  std::set<std::string> seen;
  for (const auto& table : *tables) {
    for (const auto& parent : table.refers_to) EXPECT_TRUE(seen.contains(parent)) << table.name;
    seen.insert(table.name);
    const bool is_sequence =
        table.name == "events" || table.name == "request_logs" || table.name == "provider_events";
    EXPECT_EQ(table.serial, is_sequence ? "seq" : table.name == "connect_sessions" ? "number" : "");
  }
  EXPECT_EQ(seen.size(), 29U);
  EXPECT_TRUE(seen.contains("account_tokens"));
  EXPECT_FALSE(seen.contains("schema_version"));
}

TEST_P(TableShapeTest, AnOpenStoreIsInUseAndAClosedOneIsNot) {
  EXPECT_FALSE(is_in_use(place.location()).value());
  if (GetParam() == Kind::kPostgres) {
    const auto db = place.open_migrated();
    EXPECT_TRUE(is_in_use(place.location()).value());
  }
  EXPECT_FALSE(is_in_use(place.location()).value());
}

INSTANTIATE_TEST_SUITE_P(Every, TableShapeTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
