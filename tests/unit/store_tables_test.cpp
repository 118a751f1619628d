// The remaining tables: integrations, connect sessions, revocations, keys, access, events, flows.
#include <gtest/gtest.h>

#include "store/api_keys_table.h"
#include "store/change_sequence_table.h"
#include "store/connect_sessions_table.h"
#include "store/events_table.h"
#include "store/flows_table.h"
#include "store/operator_access_table.h"
#include "store/revocations_table.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

struct IntegrationsTest : TablesTest {};

TEST_P(IntegrationsTest, EveryColumnComesBackAndNoAllowedActionsMeansReadsOnly) {
  const auto seen = integrations_table::find(db, "prj_1", "int_1").value().value();
  EXPECT_EQ(seen.sealed_setup, example_integration().sealed_setup);
  EXPECT_EQ(seen.auth_method, "client_credentials");
  EXPECT_EQ(seen.setup_generation, 1);
  EXPECT_FALSE(seen.allowed_actions.has_value());
  EXPECT_TRUE(seen.active);
  EXPECT_FALSE(seen.is_default);
  EXPECT_FALSE(integrations_table::find(db, "prj_2", "int_1")->has_value());
}

TEST_P(IntegrationsTest, OneIsTheDefaultAndTheTitleCanPassOn) {
  EXPECT_FALSE(integrations_table::find_default(db, "prj_1", "personio")->has_value());
  auto second = example_integration("int_2");
  second.is_default = true;
  ASSERT_TRUE(integrations_table::insert(db, second));
  auto third = example_integration("int_3");
  third.is_default = true;
  EXPECT_EQ(code_of(integrations_table::insert(db, third)), ErrorCode::kConflict);
  third.connector_id = "other";
  ASSERT_TRUE(integrations_table::insert(db, third));
  ASSERT_TRUE(integrations_table::set_default(db, "prj_1", "int_1"));
  EXPECT_EQ(integrations_table::find_default(db, "prj_1", "personio").value()->id, "int_1");
  EXPECT_EQ(integrations_table::find_default(db, "prj_1", "other").value()->id, "int_3");
  EXPECT_EQ(code_of(integrations_table::set_default(db, "prj_1", "none")), ErrorCode::kNotFound);
}

TEST_P(IntegrationsTest, UpdatesKeepIdentityAndListsFilterByConnector) {
  auto changed = example_integration();
  changed.name = "HR";
  changed.allowed_actions = R"(["list_persons"])";
  changed.active = false;
  ASSERT_TRUE(integrations_table::update(db, changed));
  const auto all = integrations_table::list(db, "prj_1").value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "HR");
  EXPECT_EQ(all[0].allowed_actions, R"(["list_persons"])");
  EXPECT_FALSE(all[0].active);
  EXPECT_TRUE(integrations_table::list(db, "prj_1", "other")->empty());
  EXPECT_EQ(integrations_table::list(db, "prj_1", "personio")->size(), 1U);
  changed.id = "none";
  EXPECT_EQ(code_of(integrations_table::update(db, changed)), ErrorCode::kNotFound);
}

struct SessionsTest : TablesTest {
  static ConnectSession example() {
    ConnectSession out;
    out.id = "cs_1";
    out.project_id = "prj_1";
    out.token_hash = "hash_1";
    out.owner_id = "owner_1";
    out.owner_name = "Example GmbH";
    out.connector_id = "personio";
    out.multiple = true;
    out.type = AccountType::kTest;
    out.metadata = R"({"plan":"x"})";
    out.categories = R"(["hris"])";
    out.created = 100;
    out.expires = 200;
    return out;
  }
  std::int64_t number = connect_sessions_table::insert(db, example()).value();
};

TEST_P(SessionsTest, ASessionIsFoundByItsTokensHash) {
  const auto seen = connect_sessions_table::find_by_token_hash(db, "hash_1").value().value();
  EXPECT_EQ(seen.id, "cs_1");
  EXPECT_EQ(seen.number, number);
  EXPECT_GT(number, 0);
  EXPECT_TRUE(seen.multiple);
  EXPECT_EQ(seen.type, AccountType::kTest);
  EXPECT_EQ(seen.status, SessionStatus::kOpen);
  EXPECT_EQ(seen.categories, R"(["hris"])");
  EXPECT_FALSE(connect_sessions_table::find_by_token_hash(db, "other")->has_value());
  EXPECT_EQ(code_of(connect_sessions_table::insert(db, example())), ErrorCode::kConflict);
}

TEST_P(SessionsTest, ExactlyOneClaimWins) {
  ASSERT_TRUE(connect_sessions_table::claim(db, "cs_1", "acc_1", 150));
  EXPECT_EQ(code_of(connect_sessions_table::claim(db, "cs_1", "acc_2", 150)), ErrorCode::kConflict);
  const auto seen = connect_sessions_table::find(db, "prj_1", "cs_1").value().value();
  EXPECT_EQ(seen.status, SessionStatus::kUsed);
  EXPECT_EQ(seen.result_account_id, "acc_1");
  EXPECT_EQ(code_of(connect_sessions_table::cancel(db, "cs_1")), ErrorCode::kConflict);
}

TEST_P(SessionsTest, ExpiredCancelledAndUnknownSessionsCannotBeClaimed) {
  EXPECT_EQ(code_of(connect_sessions_table::claim(db, "cs_1", "acc_1", 200)), ErrorCode::kExpired);
  ASSERT_TRUE(connect_sessions_table::cancel(db, "cs_1"));
  EXPECT_EQ(code_of(connect_sessions_table::claim(db, "cs_1", "acc_1", 150)), ErrorCode::kConflict);
  EXPECT_EQ(code_of(connect_sessions_table::claim(db, "none", "acc_1", 150)), ErrorCode::kNotFound);
}

struct PassedOnSessionsTest : SessionsTest {
  ConnectSession pass_on(const std::string& id, std::int64_t expires = 500) {
    ConnectSession made = example();
    made.id = id;
    made.token_hash = "hash of " + id;
    made.expires = expires;
    made.passed_on_by = "cs_1";
    EXPECT_TRUE(connect_sessions_table::insert(db, made));
    return made;
  }
  ConnectSession read(const std::string& id) {
    return connect_sessions_table::find(db, "prj_1", id).value().value();
  }
};

TEST_P(PassedOnSessionsTest, WhatIsPassedOnIsFoundAndCounted) {
  EXPECT_FALSE(connect_sessions_table::last_passed_on(db, "cs_1")->has_value());
  pass_on("cs_2");
  pass_on("cs_3");
  EXPECT_EQ(connect_sessions_table::last_passed_on(db, "cs_1")->value().id, "cs_3");
  EXPECT_EQ(connect_sessions_table::count_passed_on(db, "cs_1").value(), 2);
  EXPECT_EQ(read("cs_2").passed_on_by, "cs_1");
  EXPECT_EQ(connect_sessions_table::cancel_passed_on(db, "cs_1").value(), 2);
  EXPECT_EQ(read("cs_3").status, SessionStatus::kCancelled);
  EXPECT_EQ(read("cs_1").status, SessionStatus::kOpen);
}

TEST_P(PassedOnSessionsTest, AColleagueWhoLinksUsesTheFirstSessionToo) {
  pass_on("cs_2");
  pass_on("cs_3");
  // The first one has expired by then, which is why it was passed on.
  ASSERT_TRUE(connect_sessions_table::claim(db, "cs_3", "acc_1", 300));
  for (const auto* id : {"cs_1", "cs_3"}) {
    EXPECT_EQ(read(id).status, SessionStatus::kUsed) << id;
    EXPECT_EQ(read(id).result_account_id, "acc_1") << id;
  }
  EXPECT_EQ(read("cs_2").status, SessionStatus::kCancelled);
  EXPECT_EQ(code_of(connect_sessions_table::claim(db, "cs_1", "acc_2", 150)), ErrorCode::kConflict);
}

TEST_P(PassedOnSessionsTest, WhoeverPassedItOnMayStillComeFirst) {
  pass_on("cs_2");
  ASSERT_TRUE(connect_sessions_table::claim(db, "cs_1", "acc_1", 150));
  EXPECT_EQ(read("cs_2").status, SessionStatus::kCancelled);
  EXPECT_EQ(code_of(connect_sessions_table::claim(db, "cs_2", "acc_2", 150)), ErrorCode::kConflict);
}

TEST_P(PassedOnSessionsTest, OneOfACancelledOrUnknownSessionLinksNothing) {
  pass_on("cs_2");
  ASSERT_TRUE(connect_sessions_table::cancel(db, "cs_1"));
  EXPECT_EQ(read("cs_2").status, SessionStatus::kCancelled);
  pass_on("cs_3");
  EXPECT_EQ(code_of(connect_sessions_table::claim(db, "cs_3", "acc_1", 150)), ErrorCode::kConflict);
  EXPECT_EQ(read("cs_1").result_account_id, "");
  pass_on("cs_4", 140);
  EXPECT_EQ(code_of(connect_sessions_table::claim(db, "cs_4", "acc_1", 150)), ErrorCode::kExpired);
}

TEST_P(PassedOnSessionsTest, ASessionStaysAsLongAsWhatItPassedOn) {
  pass_on("cs_2", 500);
  EXPECT_EQ(connect_sessions_table::remove_expired(db, 201).value(), 0);
  EXPECT_EQ(connect_sessions_table::remove_expired(db, 501).value(), 2);
}

TEST_P(SessionsTest, ExpiredSessionsCanBeSweptAway) {
  EXPECT_EQ(connect_sessions_table::remove_expired(db, 200).value(), 0);
  EXPECT_EQ(connect_sessions_table::remove_expired(db, 201).value(), 1);
}

struct RevocationsTest : TablesTest {};

TEST_P(RevocationsTest, AJobIsRetriedUntilItIsFinished) {
  EXPECT_FALSE(revocations_table::next_due(db)->has_value());
  Revocation job;
  job.id = "rev_1";
  job.project_id = "prj_1";
  job.account_id = "gone";
  job.connector_id = "personio";
  job.sealed_payload = std::string("\0\1", 2);
  job.reason = "unlink";
  job.next_attempt = 100;
  job.give_up_at = 900;
  ASSERT_TRUE(revocations_table::enqueue(db, job));
  job.id = "rev_2";
  job.next_attempt = 50;
  ASSERT_TRUE(revocations_table::enqueue(db, job));
  EXPECT_EQ(revocations_table::next_due(db).value(), 50);
  EXPECT_EQ(revocations_table::due(db, 49, 10)->size(), 0U);
  auto due = revocations_table::due(db, 100, 10).value();
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].id, "rev_2");
  EXPECT_EQ(due[0].sealed_payload, job.sealed_payload);
  EXPECT_EQ(revocations_table::due(db, 100, 1)->size(), 1U);
  ASSERT_TRUE(revocations_table::reschedule(db, "rev_2", 500, "provider unavailable"));
  due = revocations_table::due(db, 500, 10).value();
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[1].attempts, 1);
  EXPECT_EQ(due[1].last_error, "provider unavailable");
  ASSERT_TRUE(revocations_table::finish(db, "rev_1"));
  ASSERT_TRUE(revocations_table::finish(db, "rev_1"));
  EXPECT_FALSE(revocations_table::find(db, "rev_1")->has_value());
  EXPECT_TRUE(revocations_table::find(db, "rev_2")->has_value());
}

struct ApiKeysTableTest : TablesTest {};

TEST_P(ApiKeysTableTest, AKeyIsFoundByPrefixAndRevokedOnce) {
  const ApiKey key{"key_1", "prj_1", "pb_abc", "hash", "CI", "accounts", 10, 0, 0};
  ASSERT_TRUE(api_keys_table::insert(db, key));
  ApiKey twin = key;
  twin.id = "key_2";
  EXPECT_EQ(code_of(api_keys_table::insert(db, twin)), ErrorCode::kConflict);
  ASSERT_TRUE(api_keys_table::record_use(db, "key_1", 20));
  const auto before = change_sequence_table::current(db).value();
  ASSERT_TRUE(api_keys_table::revoke(db, "prj_1", "key_1", 30));
  ASSERT_TRUE(api_keys_table::revoke(db, "prj_1", "key_1", 40));
  EXPECT_GT(change_sequence_table::current(db).value(), before);
  const auto seen = api_keys_table::find_by_prefix(db, "pb_abc").value().value();
  EXPECT_EQ(seen.hash, "hash");
  EXPECT_EQ(seen.scopes, "accounts");
  EXPECT_EQ(seen.last_used, 20);
  EXPECT_EQ(seen.revoked, 30);
  EXPECT_EQ(code_of(api_keys_table::revoke(db, "prj_2", "key_1", 30)), ErrorCode::kNotFound);
  EXPECT_EQ(api_keys_table::list(db, "prj_1")->size(), 1U);
  EXPECT_EQ(api_keys_table::list_all(db)->size(), 1U);
  EXPECT_TRUE(api_keys_table::list(db, "prj_2")->empty());
}

struct OperatorAccessTest : TablesTest {};

TEST_P(OperatorAccessTest, ASigninLinkWorksOnceAndOnlyInTime) {
  ASSERT_TRUE(signin_links_table::insert(db, {"one", 10, 100, 0}));
  ASSERT_TRUE(signin_links_table::insert(db, {"two", 10, 100, 0}));
  EXPECT_TRUE(signin_links_table::find(db, "one")->has_value());
  EXPECT_TRUE(signin_links_table::consume(db, "one", 50).value());
  EXPECT_FALSE(signin_links_table::consume(db, "one", 50).value());
  EXPECT_EQ(signin_links_table::find(db, "one").value()->used, 50);
  EXPECT_FALSE(signin_links_table::consume(db, "two", 100).value());
  EXPECT_FALSE(signin_links_table::consume(db, "none", 50).value());
  EXPECT_EQ(signin_links_table::remove_expired(db, 100).value(), 2);
}

TEST_P(OperatorAccessTest, ASessionEndsByItselfOrBySigningOut) {
  ASSERT_TRUE(operator_sessions_table::insert(db, {"one", 10, 100, "csrf"}));
  ASSERT_TRUE(operator_sessions_table::insert(db, {"two", 10, 200, "csrf"}));
  EXPECT_EQ(operator_sessions_table::find(db, "one", 99).value()->csrf, "csrf");
  EXPECT_FALSE(operator_sessions_table::find(db, "one", 100)->has_value());
  ASSERT_TRUE(operator_sessions_table::remove(db, "two"));
  EXPECT_FALSE(operator_sessions_table::find(db, "two", 50)->has_value());
  EXPECT_EQ(operator_sessions_table::remove_expired(db, 100).value(), 1);
}

TEST_P(OperatorAccessTest, RoleAndPersonAreKeptAndAWordThatIsNoneIsTheLeast) {
  ASSERT_TRUE(signin_links_table::insert(db, {"one", 10, 100, 0, Role::kOperator, "Ada"}));
  const auto link = signin_links_table::consume(db, "one", 50).value();
  ASSERT_TRUE(link.has_value());
  EXPECT_EQ(link->role, Role::kOperator);
  EXPECT_EQ(link->person, "Ada");
  ASSERT_TRUE(operator_sessions_table::insert(db, {"two", 10, 200, "csrf", Role::kViewer, "Bob"}));
  EXPECT_EQ(operator_sessions_table::find(db, "two", 50).value()->person, "Bob");
  ASSERT_TRUE(operator_sessions_table::insert(db, {"three", 10, 200, "csrf", Role::kAdmin, ""}));
  ASSERT_TRUE(db.execute("UPDATE operator_sessions SET role = 'root' WHERE hash = 'three'"));
  EXPECT_EQ(operator_sessions_table::find(db, "three", 50).value()->role, Role::kViewer);
}

struct EventsTest : TablesTest {};

TEST_P(EventsTest, EventsComeInOrderFromAPointOn) {
  add_project(db, "prj_2");
  const auto append = [this](const std::string& kind, const std::string& project) {
    return events_table::append(db, {0, project, kind, "acc_1", R"({"a":1})", 5}).value();
  };
  const auto first = append("account.created", "prj_1");
  append("account.created", "prj_2");
  const auto third = append("account.updated", "prj_1");
  EXPECT_GT(third, first);
  EXPECT_EQ(events_table::list_after(db, "prj_1", 0, 10)->size(), 2U);
  EXPECT_EQ(events_table::list_after(db, "prj_1", 0, 1)->size(), 1U);
  const auto rest = events_table::list_after(db, "prj_1", first, 10).value();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].kind, "account.updated");
  EXPECT_EQ(rest[0].payload, R"({"a":1})");
  EXPECT_EQ(events_table::list_of_account(db, "prj_1", "acc_1", 10)->front().seq, third);
}

struct FlowsTest : TablesTest {};

TEST_P(FlowsTest, AFlowThatSomebodyWentOnWithIsNotTakenByWhoReadItBefore) {
  const Flow seen{"flow_1", "prj_1", "connect", "cs_1", "", "personio", "{}", "", 10, 10};
  ASSERT_TRUE(flows_table::insert(db, seen));
  ASSERT_TRUE(flows_table::update(db, "flow_1", seen.state, "answers", 20));
  EXPECT_FALSE(flows_table::take_unchanged(db, seen).value());
  ASSERT_TRUE(flows_table::update(db, "flow_1", R"({"step":2})", "answers", seen.updated));
  EXPECT_FALSE(flows_table::take_unchanged(db, seen).value());
  const auto now = flows_table::find(db, "flow_1")->value();
  EXPECT_TRUE(flows_table::take_unchanged(db, now).value());
  EXPECT_FALSE(flows_table::take_unchanged(db, now).value());
}

TEST_P(FlowsTest, AFlowStandsUntilItIsRemoved) {
  const Flow flow{"flow_1", "prj_1", "connect", "cs_1", "", "personio", "{}", "", 10, 10};
  ASSERT_TRUE(flows_table::insert(db, flow));
  ASSERT_TRUE(flows_table::update(db, "flow_1", R"({"step":2})", std::string("\0x", 2), 20));
  const auto all = flows_table::list(db).value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].state, R"({"step":2})");
  EXPECT_EQ(all[0].sealed, std::string("\0x", 2));
  EXPECT_EQ(all[0].session_id, "cs_1");
  EXPECT_EQ(all[0].updated, 20);
  ASSERT_TRUE(flows_table::remove(db, "flow_1"));
  ASSERT_TRUE(flows_table::remove(db, "flow_1"));
  EXPECT_FALSE(flows_table::find(db, "flow_1")->has_value());
  EXPECT_EQ(code_of(flows_table::update(db, "flow_1", "{}", "", 1)), ErrorCode::kNotFound);
}

TEST_P(TablesTest, TheChangeSequenceGrowsByOne) {
  const auto before = change_sequence_table::current(db).value();
  EXPECT_EQ(change_sequence_table::bump(db).value(), before + 1);
  EXPECT_EQ(change_sequence_table::current(db).value(), before + 1);
}

INSTANTIATE_TEST_SUITE_P(Every, IntegrationsTest, every_kind, name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, SessionsTest, every_kind, name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, PassedOnSessionsTest, every_kind, name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, RevocationsTest, every_kind, name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, ApiKeysTableTest, every_kind, name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, OperatorAccessTest, every_kind, name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, EventsTest, every_kind, name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, FlowsTest, every_kind, name_of_kind);
INSTANTIATE_TEST_SUITE_P(Every, TablesTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
