// Accounts and their credentials: one per owner and connector, generations, status rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/account_credentials.h"
#include "store/account_listing.h"
#include "store/change_sequence_table.h"
#include "store/store.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

struct AccountsTest : TablesTest {
  Account account = example_account();
  AccountsTest() {
    EXPECT_TRUE(accounts_table::insert(db, account));
    EXPECT_TRUE(account_credentials::insert(db, account, {{"client_secret", "sealed-1", 1}},
                                            {token("v2", 1)}));
  }
  static AccountToken token(const std::string& name, std::int64_t generation) {
    return {name,      "token-" + std::to_string(generation),
            "Bearer",  "personio:persons:read",
            100,       200,
            generation};
  }
  Account load(const std::string& id = "acc_1") {
    return accounts_table::find(db, "prj_1", id).value().value();
  }
  using Words = std::vector<std::string>;
  static AccountFilter filter(const Words& owners, const Words& connectors = {},
                              const std::vector<AccountStatus>& statuses = {},
                              const Words& ids = {}, std::int64_t offset = 0) {
    return {"prj_1", owners, connectors, ids, statuses, 3, offset};
  }
  std::int64_t sequence() { return change_sequence_table::current(db).value(); }
  static CredentialChange refresh(std::int64_t from) {
    CredentialChange change;
    change.account_id = "acc_1";
    change.expected_generation = from;
    change.tokens = std::vector{token("v2", from + 1), token("v1", from + 1)};
    change.next_refresh = 777;
    change.now_ms = 500;
    return change;
  }
};

TEST_P(AccountsTest, EveryColumnComesBackAsItWasStored) {
  Account other = example_account("acc_2", "owner_2");
  other.type = AccountType::kTest;
  other.status = AccountStatus::kError;
  other.reason_code = "permission_missing";
  other.reason_text = "Employees: Read";
  other.generation = 5;
  other.last_used = 7;
  other.next_refresh = 8;
  other.updated = 101;
  other.status_changed = 102;
  ASSERT_TRUE(accounts_table::insert(db, other));
  const Account seen = load("acc_2");
  const auto fields = [](const Account& a) {
    return std::tie(a.id, a.project_id, a.integration_id, a.connector_id, a.connector_version,
                    a.environment, a.auth_method, a.owner_id, a.owner_name, a.username, a.label,
                    a.metadata, a.type, a.status, a.reason_code, a.reason_text, a.status_changed,
                    a.fields, a.granted, a.granted_known, a.facts, a.generation, a.created,
                    a.updated, a.last_used, a.next_refresh);
  };
  EXPECT_TRUE(fields(seen) == fields(other));
}

TEST_P(AccountsTest, AnotherProjectDoesNotSeeTheAccount) {
  add_project(db, "prj_2");
  EXPECT_FALSE(accounts_table::find(db, "prj_2", "acc_1")->has_value());
  EXPECT_FALSE(accounts_table::find_by_owner(db, "prj_2", "personio", "owner_1")->has_value());
  EXPECT_EQ(code_of(accounts_table::remove(db, "prj_2", "acc_1")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(accounts_table::suspend(db, "prj_2", "acc_1", "", 1)), ErrorCode::kNotFound);
  AccountFilter filter;
  filter.project_id = "prj_2";
  EXPECT_EQ(accounts_table::count(db, filter).value(), 0);
}

TEST_P(AccountsTest, AnOwnerHasOneAccountPerConnectorUnlessSeveralAreWanted) {
  EXPECT_EQ(code_of(accounts_table::insert(db, example_account("acc_2"))), ErrorCode::kConflict);
  ASSERT_TRUE(accounts_table::insert(db, example_account("acc_2"), true));
  ASSERT_TRUE(accounts_table::insert(db, example_account("acc_3"), true));
  EXPECT_EQ(accounts_table::find_by_owner(db, "prj_1", "personio", "owner_1").value()->id, "acc_1");
}

TEST_P(AccountsTest, TheFirstOfSeveralIsTheOneALaterConnectUpdates) {
  ASSERT_TRUE(accounts_table::insert(db, example_account("acc_8", "owner_8"), true));
  EXPECT_EQ(code_of(accounts_table::insert(db, example_account("acc_9", "owner_8"))),
            ErrorCode::kConflict);
  EXPECT_EQ(accounts_table::find_by_owner(db, "prj_1", "personio", "owner_8").value()->id, "acc_8");
}

TEST_P(AccountsTest, WhenTheFirstOfSeveralIsUnlinkedTheOldestOtherTakesItsPlace) {
  for (int i = 2; i < 4; ++i) {
    Account next = example_account("acc_" + std::to_string(i));
    next.created = 100 + i;
    ASSERT_TRUE(accounts_table::insert(db, next, true));
  }
  ASSERT_TRUE(accounts_table::remove(db, "prj_1", "acc_1"));
  EXPECT_EQ(accounts_table::find_by_owner(db, "prj_1", "personio", "owner_1").value()->id, "acc_2");
}

TEST_P(AccountsTest, ListsAreFilteredAndPagedOldestFirst) {
  for (int i = 2; i <= 30; ++i) {
    Account next = example_account("acc_" + std::to_string(i), "owner_" + std::to_string(i));
    next.created = 100 + i;
    if (i % 2 == 0) next.status = AccountStatus::kError;
    if (i % 3 == 0) next.connector_id = "other";
    ASSERT_TRUE(accounts_table::insert(db, next));
  }
  const auto ids = [this](const AccountFilter& filter) {
    std::string out;
    for (const auto& found : accounts_table::list(db, filter).value()) out += found.id + " ";
    return out;
  };
  AccountFilter filter;
  filter.project_id = "prj_1";
  EXPECT_EQ(accounts_table::list(db, filter)->size(), 25U);
  EXPECT_EQ(accounts_table::count(db, filter).value(), 30);
  filter.limit = 2;
  filter.offset = 28;
  EXPECT_EQ(ids(filter), "acc_29 acc_30 ");
  filter.offset = 30;
  EXPECT_EQ(ids(filter), "");
  filter.offset = 0;
  filter.statuses = {AccountStatus::kError};
  filter.connector_ids = {"other", "personio"};
  EXPECT_EQ(ids(filter), "acc_2 acc_4 ");
  filter.connector_ids = {"other"};
  EXPECT_EQ(ids(filter), "acc_6 acc_12 ");
  filter.statuses.clear();
  filter.connector_ids.clear();
  filter.account_ids = {"acc_7", "acc_8", "none"};
  EXPECT_EQ(ids(filter), "acc_7 acc_8 ");
  filter.owner_ids = {"owner_8", "' OR 1=1 --"};
  EXPECT_EQ(ids(filter), "acc_8 ");
  EXPECT_EQ(accounts_table::count(db, filter).value(), 1);
}

TEST_P(AccountsTest, AListIsTheSameByWhicheverFilterItIsFound) {
  for (int i = 2; i <= 9; ++i) {
    Account next = example_account("acc_" + std::to_string(i), "owner_" + std::to_string(i));
    next.created = 110 - i;
    if (i % 2 == 0) next.status = AccountStatus::kError;
    if (i % 3 == 0) next.connector_id = "other";
    ASSERT_TRUE(accounts_table::insert(db, next));
  }
  const auto ids = [this](const AccountFilter& wanted) {
    std::string out;
    for (const auto& found : accounts_table::list(db, wanted).value()) out += found.id + " ";
    return out;
  };
  const std::vector failed = {AccountStatus::kError, AccountStatus::kInactive};
  EXPECT_EQ(ids(filter({"owner_3", "owner_5", "owner_3", "owner_2", "owner_4"})),
            "acc_5 acc_4 acc_3 ")
      << "named twice, found once";
  EXPECT_EQ(ids(filter({"owner_3", "owner_5"}, {"other"})), "acc_3 ");
  EXPECT_EQ(ids(filter({}, {"other", "personio"})), "acc_1 acc_9 acc_8 ");
  EXPECT_EQ(ids(filter({}, {"personio"}, failed)), "acc_8 acc_4 acc_2 ");
  EXPECT_EQ(ids(filter({}, {}, failed, {}, 2)), "acc_4 acc_2 ");
  EXPECT_EQ(ids(filter({"owner_6"}, {}, {}, {"acc_6", "acc_7"})), "acc_6 ");
  Words many;
  for (int i = 0; i < 100; ++i) many.push_back("owner_" + std::to_string(i));
  EXPECT_EQ(ids(filter(many, {}, failed)), "acc_8 acc_6 acc_4 ");
}

// Without figures about the table, as a hub's SQLite has none.
TEST_P(AccountsTest, EachFilterIsAnsweredByAnIndexOfItsOwn) {
  if (GetParam() != Kind::kSqlite) GTEST_SKIP() << "PostgreSQL plans by what is in the table";
  const auto plan_of = [this](const AccountFilter& wanted) {
    const auto page = listing_of(wanted).value();
    std::string out;
    for (const auto& row : db.query("EXPLAIN QUERY PLAN " + page.sql, page.params).value())
      out += row.text(3) + "\n";
    return out;
  };
  using testing::AllOf;
  using testing::HasSubstr;
  using testing::Not;
  const Words two = {"a", "b"};
  const std::vector active = {AccountStatus::kActive};
  const auto by = [](const std::string& index) {
    return AllOf(HasSubstr(index), Not(HasSubstr("SCAN accounts")), Not(HasSubstr("by_age")));
  };
  const auto by_owner = by("accounts_by_owner (project_id=? AND owner_id=?)");
  EXPECT_THAT(plan_of(filter({})), HasSubstr("COVERING INDEX accounts_by_age (project_id=?)"));
  EXPECT_THAT(plan_of(filter(two)), by_owner);
  EXPECT_THAT(plan_of(filter(two, two, active)), by_owner);
  EXPECT_THAT(plan_of(filter(Words(60, "a"))), by_owner);
  EXPECT_THAT(plan_of(filter({}, two)),
              by("accounts_by_connector (project_id=? AND connector_id=? AND status=?)"));
  EXPECT_THAT(plan_of(filter({}, {}, active)),
              by("accounts_by_status (project_id=? AND status=?)"));
  EXPECT_THAT(plan_of(filter(two, {}, {}, two)), by("(id=?)"));
}

TEST_P(AccountsTest, AFilterOfTooManyValuesIsRefused) {
  AccountFilter filter;
  filter.project_id = "prj_1";
  filter.account_ids.assign(AccountFilter::kMaxFilterValues + 1, "x");
  EXPECT_EQ(code_of(accounts_table::list(db, filter)), ErrorCode::kInvalidArgument);
}

TEST_P(AccountsTest, OfWhatIsDueTheMostOverdueIsClaimedFirstAndOnlyActiveOnes) {
  const auto with = [](const std::string& id, std::int64_t due, AccountStatus status) {
    Account out = example_account(id, id);
    out.next_refresh = due;
    out.status = status;
    return out;
  };
  ASSERT_TRUE(accounts_table::insert(db, with("late", 50, AccountStatus::kActive)));
  ASSERT_TRUE(accounts_table::insert(db, with("later", 40, AccountStatus::kActive)));
  ASSERT_TRUE(accounts_table::insert(db, with("not yet", 101, AccountStatus::kActive)));
  ASSERT_TRUE(accounts_table::insert(db, with("asleep", 30, AccountStatus::kInactive)));
  const auto first = accounts_table::claim_due(db, 100, 200, 1).value();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].id, "later");
  EXPECT_EQ(first[0].next_refresh, 200);
  const auto rest = accounts_table::claim_due(db, 100, 200, 10).value();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].id, "late");
  EXPECT_TRUE(accounts_table::claim_due(db, 100, 200, 10)->empty());
  EXPECT_EQ(accounts_table::claim_due(db, 200, 300, 10)->size(), 3U) << "claims run out";
}

TEST_P(AccountsTest, DetailsChangeOneByOneAndTheRestStays) {
  AccountDetails details;
  details.label = "New";
  details.type = AccountType::kTest;
  ASSERT_TRUE(accounts_table::update_details(db, "prj_1", "acc_1", details, 900));
  const Account seen = load();
  EXPECT_EQ(seen.label, "New");
  EXPECT_EQ(seen.type, AccountType::kTest);
  EXPECT_EQ(seen.owner_name, account.owner_name);
  EXPECT_EQ(seen.metadata, account.metadata);
  EXPECT_EQ(seen.updated, 900);
  EXPECT_EQ(seen.generation, 1);
}

TEST_P(AccountsTest, MovingAnAccountToAnOwnerWhoHasOneIsAConflict) {
  ASSERT_TRUE(accounts_table::insert(db, example_account("acc_2", "owner_2")));
  AccountDetails details;
  details.owner_id = "owner_1";
  EXPECT_EQ(code_of(accounts_table::update_details(db, "prj_1", "acc_2", details, 1)),
            ErrorCode::kConflict);
}

TEST_P(AccountsTest, ARefreshReplacesTokensAndLeavesSecrets) {
  EXPECT_EQ(account_credentials::replace(db, refresh(1)).value(), 2);
  EXPECT_EQ(load().generation, 2);
  EXPECT_EQ(load().next_refresh, 777);
  const auto tokens = account_credentials::tokens(db, "acc_1").value();
  ASSERT_EQ(tokens.size(), 2U);
  EXPECT_EQ(tokens[0].name, "v1");
  EXPECT_EQ(tokens[1].sealed, "token-2");
  EXPECT_EQ(tokens[1].expires, 200);
  const auto secrets = account_credentials::secrets(db, "acc_1").value();
  ASSERT_EQ(secrets.size(), 1U);
  EXPECT_EQ(secrets[0].sealed, "sealed-1");
  EXPECT_EQ(secrets[0].generation, 1);
}

TEST_P(AccountsTest, OfTwoChangesFromOneGenerationTheSecondIsAConflictAndWritesNothing) {
  ASSERT_TRUE(account_credentials::replace(db, refresh(1)));
  auto late = refresh(1);
  late.tokens = std::vector{token("stale", 2)};
  EXPECT_EQ(code_of(account_credentials::replace(db, late)), ErrorCode::kConflict);
  EXPECT_EQ(account_credentials::tokens(db, "acc_1")->size(), 2U);
  EXPECT_EQ(load().generation, 2);
}

TEST_P(AccountsTest, AChangeFromAGenerationNotReachedYetIsAConflict) {
  EXPECT_EQ(code_of(account_credentials::replace(db, refresh(2))), ErrorCode::kConflict);
  EXPECT_EQ(load().generation, 1);
}

TEST_P(AccountsTest, AChangeThatArrivesAfterUnlinkFindsNothing) {
  ASSERT_TRUE(accounts_table::remove(db, "prj_1", "acc_1"));
  EXPECT_EQ(code_of(account_credentials::replace(db, refresh(1))), ErrorCode::kNotFound);
}

TEST_P(AccountsTest, CredentialsSealedForAnotherGenerationAreRefused) {
  auto change = refresh(1);
  change.tokens->front().generation = 1;
  EXPECT_EQ(code_of(account_credentials::replace(db, change)), ErrorCode::kInternal);
  EXPECT_EQ(load().generation, 1);
}

TEST_P(AccountsTest, AReconnectSwapsSecretsTokensAndConnectionButNotTheAccount) {
  const auto before = sequence();
  ASSERT_TRUE(integrations_table::insert(db, example_integration("int_2")));
  CredentialChange change = refresh(1);
  change.secrets = std::vector<AccountSecret>{{"client_secret", "sealed-2", 2}};
  Connection to;
  to.integration_id = "int_2";
  to.connector_version = "1.1.0";
  to.owner_name = "Renamed GmbH";
  to.fields = R"({"client_id":"papi-2"})";
  to.granted_known = false;
  change.connection = to;
  ASSERT_TRUE(account_credentials::replace(db, change));
  const Account seen = load();
  EXPECT_EQ(seen.integration_id, "int_2");
  EXPECT_EQ(seen.fields, to.fields);
  EXPECT_EQ(seen.owner_name, "Renamed GmbH");
  EXPECT_FALSE(seen.granted_known);
  EXPECT_EQ(seen.label, account.label);
  EXPECT_EQ(account_credentials::secrets(db, "acc_1")->front().sealed, "sealed-2");
  EXPECT_GT(sequence(), before);
}

// Whoever is about to send a request for the account looks again at where it lives.
TEST_P(AccountsTest, FactsThatARefreshTellsAnewAreAChangeOfTheAccess) {
  const auto before = sequence();
  ASSERT_TRUE(account_credentials::replace(db, refresh(1)));
  EXPECT_EQ(load().facts, account.facts);
  EXPECT_EQ(sequence(), before);
  CredentialChange change = refresh(2);
  change.facts = R"([{"id":"instance","value":"blue.acme.example"}])";
  ASSERT_TRUE(account_credentials::replace(db, change));
  EXPECT_EQ(load().facts, *change.facts);
  EXPECT_GT(sequence(), before);
}

TEST_P(AccountsTest, NewCredentialsClearAnErrorButNotASuspension) {
  ASSERT_TRUE(
      accounts_table::set_error(db, "acc_1", 1, "invalid_credentials", "refused", 300).value());
  EXPECT_EQ(load().status, AccountStatus::kError);
  EXPECT_EQ(load().reason_code, "invalid_credentials");
  ASSERT_TRUE(account_credentials::replace(db, refresh(1)));
  EXPECT_EQ(load().status, AccountStatus::kActive);
  EXPECT_EQ(load().reason_code, "");
  EXPECT_EQ(load().status_changed, 500);
  ASSERT_TRUE(accounts_table::suspend(db, "prj_1", "acc_1", "on leave", 600));
  ASSERT_TRUE(account_credentials::replace(db, refresh(2)));
  EXPECT_EQ(load().status, AccountStatus::kInactive);
  EXPECT_EQ(load().reason_text, "on leave");
}

TEST_P(AccountsTest, AnErrorOfReplacedCredentialsIsIgnored) {
  ASSERT_TRUE(account_credentials::replace(db, refresh(1)));
  EXPECT_FALSE(accounts_table::set_error(db, "acc_1", 1, "revoked", "x", 300).value());
  EXPECT_EQ(load().status, AccountStatus::kActive);
  ASSERT_TRUE(accounts_table::suspend(db, "prj_1", "acc_1", "", 600));
  EXPECT_FALSE(accounts_table::set_error(db, "acc_1", 2, "revoked", "x", 700).value());
  EXPECT_EQ(load().status, AccountStatus::kInactive);
}

TEST_P(AccountsTest, AnErrorThatIsKnownIsNoNewOne) {
  ASSERT_TRUE(accounts_table::set_error(db, "acc_1", 1, "revoked", "first", 300).value());
  EXPECT_FALSE(accounts_table::set_error(db, "acc_1", 1, "revoked", "again", 400).value());
  EXPECT_EQ(load().reason_text, "first");
  EXPECT_EQ(load().status_changed, 300);
  EXPECT_TRUE(accounts_table::set_error(db, "acc_1", 1, "reconnect_needed", "x", 500).value());
  EXPECT_EQ(load().reason_code, "reconnect_needed");
}

TEST_P(AccountsTest, SuspendAndResumeMayBeRepeatedAndSuspendingRaisesTheSequence) {
  const auto before = sequence();
  ASSERT_TRUE(accounts_table::suspend(db, "prj_1", "acc_1", "why", 600));
  ASSERT_TRUE(accounts_table::suspend(db, "prj_1", "acc_1", "again", 700));
  EXPECT_EQ(load().reason_text, "why");
  EXPECT_EQ(load().status_changed, 600);
  EXPECT_GT(sequence(), before);
  ASSERT_TRUE(accounts_table::resume(db, "prj_1", "acc_1", 800));
  EXPECT_EQ(load().status, AccountStatus::kActive);
  EXPECT_EQ(load().reason_text, "");
  ASSERT_TRUE(accounts_table::set_error(db, "acc_1", 1, "revoked", "x", 900).value());
  ASSERT_TRUE(accounts_table::resume(db, "prj_1", "acc_1", 950));
  EXPECT_EQ(load().status, AccountStatus::kError);
}

// Resuming an account, or all of an integration.
TEST_P(AccountsTest, WhatWasHalfDoneWhenItWasSuspendedIsLookedAtAgain) {
  const auto lease = [&](std::string_view error, std::int64_t presented, std::int64_t retry_at) {
    ASSERT_TRUE(db.execute("DELETE FROM refresh_leases"));
    ASSERT_TRUE(
        db.execute("INSERT INTO refresh_leases (account_id, holder, fence, generation, presented, "
                   "presented_at, retry_at, last_error) VALUES ('acc_1', '', 1, ?, ?, 0, ?, ?)",
                   {load().generation, presented, retry_at, error}));
  };
  const auto next_after_resuming = [&](bool all) {
    EXPECT_TRUE(accounts_table::set_next_refresh(db, "acc_1", 0));
    EXPECT_TRUE(accounts_table::suspend_all(db, load().integration_id, "off", "", 600));
    if (all) {
      EXPECT_EQ(accounts_table::resume_all(db, load().integration_id, "off", 800)->size(), 1U);
    } else {
      EXPECT_TRUE(accounts_table::resume(db, "prj_1", "acc_1", 800));
    }
    return load().next_refresh;
  };
  for (const bool all : {false, true}) {
    lease("refused", 0, 0);
    EXPECT_EQ(next_after_resuming(all), 800);
    lease("", 1, 0);
    EXPECT_EQ(next_after_resuming(all), 800);
    lease("busy", 0, 900);
    EXPECT_EQ(next_after_resuming(all), 900);
    lease("", 0, 900);
    EXPECT_EQ(next_after_resuming(all), 0);
    lease("of a generation before", 1, 0);
    ASSERT_TRUE(db.execute("UPDATE refresh_leases SET generation = generation - 1"));
    EXPECT_EQ(next_after_resuming(all), 0);
  }
}

TEST_P(AccountsTest, RemovingTakesSecretsAndTokensAndRaisesTheSequence) {
  const auto before = sequence();
  ASSERT_TRUE(accounts_table::remove(db, "prj_1", "acc_1"));
  EXPECT_TRUE(account_credentials::secrets(db, "acc_1")->empty());
  EXPECT_TRUE(account_credentials::tokens(db, "acc_1")->empty());
  EXPECT_GT(sequence(), before);
  EXPECT_EQ(code_of(accounts_table::remove(db, "prj_1", "acc_1")), ErrorCode::kNotFound);
}

TEST_P(AccountsTest, UseIsRecordedForwardsOnly) {
  ASSERT_TRUE(accounts_table::record_use(db, "acc_1", 50));
  ASSERT_TRUE(accounts_table::record_use(db, "acc_1", 40));
  EXPECT_EQ(load().last_used, 50);
  EXPECT_TRUE(accounts_table::record_use(db, "gone", 40));
  ASSERT_TRUE(accounts_table::set_next_refresh(db, "acc_1", 9));
  EXPECT_EQ(load().next_refresh, 9);
}

TEST_P(AccountsTest, AnAccountOfAMissingProjectOrIntegrationIsRefused) {
  Account stray = example_account("acc_9", "owner_9");
  stray.integration_id = "none";
  EXPECT_EQ(code_of(accounts_table::insert(db, stray)), ErrorCode::kInvalidArgument);
  stray = example_account("acc_9", "owner_9");
  stray.project_id = "none";
  EXPECT_EQ(code_of(accounts_table::insert(db, stray)), ErrorCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Every, AccountsTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
