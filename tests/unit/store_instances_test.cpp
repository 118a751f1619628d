// Several hub instances on one database: each a Store of its own, all writing at once. What holds
// with one writer holds with many.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "store/account_credentials.h"
#include "store/change_sequence_table.h"
#include "store/operator_access_table.h"
#include "store/refresh_leases_table.h"
#include "store/revocations_table.h"
#include "store/row_helpers.h"
#include "store/store.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

constexpr int kInstances = 4;
constexpr int kRounds = 25;

struct InstancesTest : testing::TestWithParam<Kind> {
  TestPlace place{GetParam()};
  std::vector<std::unique_ptr<Store>> instances;

  InstancesTest() {
    const auto db = place.open_migrated();
    add_project(*db);
    EXPECT_TRUE(integrations_table::insert(*db, example_integration()));
    for (int i = 0; i < kInstances; ++i)
      instances.push_back(std::make_unique<Store>(place.open(5'000)));
  }

  // Each instance on a thread of its own.
  void all_at_once(const std::function<void(Store&, int)>& work) {
    std::vector<std::jthread> threads;
    threads.reserve(kInstances);
    for (int i = 0; i < kInstances; ++i)
      threads.emplace_back([&, i] { work(*instances[static_cast<std::size_t>(i)], i); });
  }
  Database& look() {
    if (!looking_) looking_ = place.open();
    return *looking_;
  }
  std::int64_t number(const std::string& sql) { return look().query(sql)->at(0).integer(0); }

 private:
  std::unique_ptr<Database> looking_;
};

TEST_P(InstancesTest, WhatIsReadAndThenWrittenIsNeverOverwrittenUnseen) {
  all_at_once([](Store& store, int) {
    for (int i = 0; i < kRounds; ++i) {
      const auto done = store.transact_blocking([](Database& db) -> Result<void> {
        PATCHBAY_TRY_ASSIGN(const auto project, projects_table::find(db, "prj_1"));
        PATCHBAY_TRY(db.execute("UPDATE projects SET created = ?", {project->created + 1}));
        return {};
      });
      EXPECT_TRUE(done) << done.error().message;
    }
  });
  EXPECT_EQ(number("SELECT created FROM projects"), 1 + kInstances * kRounds);
}

TEST_P(InstancesTest, OfAllWhoKnowAGenerationOneWritesTheNext) {
  ASSERT_TRUE(accounts_table::insert(look(), example_account()));
  std::atomic<int> written{0};
  all_at_once([&](Store& store, int instance) {
    for (std::int64_t generation = 1; generation <= kRounds; ++generation) {
      CredentialChange change;
      change.account_id = "acc_1";
      change.expected_generation = generation;
      change.tokens = std::vector<AccountToken>{
          {"v2", "sealed by " + std::to_string(instance), "Bearer", "", 1, 2, generation + 1}};
      const auto done = store.transact_blocking(
          [&](Database& db) { return account_credentials::replace(db, change); });
      if (done) {
        EXPECT_EQ(*done, generation + 1);
        ++written;
      } else {
        EXPECT_EQ(done.error().code, ErrorCode::kConflict) << done.error().message;
      }
    }
  });
  EXPECT_EQ(number("SELECT generation FROM accounts") - 1, written);
  EXPECT_GE(written, kRounds);
  EXPECT_EQ(number("SELECT count(*) FROM account_tokens"), 1);
}

// Unlinking removes the account whose tokens it has sent off to be revoked: not newer ones.
TEST_P(InstancesTest, AnUnlinkNeverTakesTokensAlongThatARefreshHasJustStored) {
  for (int round = 0; round < kRounds; ++round) {
    const auto id = "acc_" + std::to_string(round);
    ASSERT_TRUE(accounts_table::insert(look(), example_account(id, id)));
    std::atomic<int> refreshed{0};
    std::atomic<int> removed{0};
    all_at_once([&](Store& store, int instance) {
      const auto done = store.transact_blocking([&](Database& db) -> Result<void> {
        PATCHBAY_TRY_ASSIGN(const auto account,
                            required(accounts_table::find(db, "prj_1", id), "account"));
        if (account.generation != 1) return make_error(ErrorCode::kConflict, "changed");
        if (instance % 2 == 0) return accounts_table::remove(db, "prj_1", id);
        CredentialChange change;
        change.account_id = id;
        change.expected_generation = 1;
        change.tokens = std::vector<AccountToken>{{"v2", "sealed", "Bearer", "", 1, 2, 2}};
        PATCHBAY_TRY(account_credentials::replace(db, change));
        return {};
      });
      if (done) ++(instance % 2 == 0 ? removed : refreshed);
    });
    EXPECT_EQ(refreshed + removed, 1) << refreshed << " refreshes, " << removed << " unlinks";
    EXPECT_EQ(number("SELECT count(*) FROM accounts WHERE id = '" + id + "'"), refreshed);
  }
}

TEST_P(InstancesTest, WhoeverSignsOutStaysSignedOut) {
  for (int round = 0; round < kRounds; ++round) {
    const OperatorSession session{"hash", 1, 1'000, "csrf"};
    ASSERT_TRUE(operator_sessions_table::insert(look(), session));
    all_at_once([&](Store& store, int instance) {
      const auto done = store.transact_blocking([&](Database& db) -> Result<void> {
        if (instance == 0) return operator_sessions_table::remove(db, "hash");
        PATCHBAY_TRY_ASSIGN(const auto there, operator_sessions_table::find(db, "hash", 2));
        if (!there) return {};
        PATCHBAY_TRY(operator_sessions_table::remove(db, "hash"));
        return operator_sessions_table::insert(db, session);
      });
      EXPECT_TRUE(done) << done.error().message;
    });
    ASSERT_EQ(number("SELECT count(*) FROM operator_sessions"), 0);
  }
}

TEST_P(InstancesTest, WhoeverFindsOrMakesAThingWithAKeyGetsTheSameOne) {
  for (int round = 0; round < kRounds; ++round) {
    const auto connector = "connector" + std::to_string(round);
    std::mutex mutex;
    std::set<std::string> ids;
    all_at_once([&](Store& store, int instance) {
      auto fresh = example_integration("int_" + std::to_string(round * kInstances + instance + 2));
      fresh.connector_id = connector;
      fresh.is_default = true;
      const auto got = store.transact_blocking([&](Database& db) -> Result<std::string> {
        PATCHBAY_TRY_ASSIGN(const auto found,
                            integrations_table::find_default(db, "prj_1", connector));
        if (found) return found->id;
        PATCHBAY_TRY(integrations_table::insert(db, fresh));
        return fresh.id;
      });
      ASSERT_TRUE(got) << got.error().message;
      const std::lock_guard lock(mutex);
      ids.insert(*got);
    });
    EXPECT_EQ(ids.size(), 1U);
  }
}

TEST_P(InstancesTest, WhoeverMakesAThingWithoutAKeyAloneMakesTheOnlyOne) {
  for (int round = 0; round < kRounds; ++round) {
    all_at_once([&](Store& store, int instance) {
      const auto done = store.transact_alone_blocking([&](Database& db) -> Result<void> {
        PATCHBAY_TRY_ASSIGN(const auto found, db.query("SELECT 1 FROM data_keys"));
        if (!found.empty()) return {};
        PATCHBAY_TRY(db.execute("INSERT INTO data_keys VALUES (?, 'kek', ?, 1, 0, 0)",
                                {std::to_string(instance), BlobView{"wrapped"}}));
        return {};
      });
      EXPECT_TRUE(done) << done.error().message;
    });
    EXPECT_EQ(number("SELECT count(*) FROM data_keys"), 1);
    ASSERT_TRUE(look().execute("DELETE FROM data_keys"));
  }
}

TEST_P(InstancesTest, ThoseWhoWaitForEachOtherAllGetThrough) {
  for (const auto* id : {"a", "b"}) add_project(look(), id);
  all_at_once([](Store& store, int instance) {
    for (int i = 0; i < kRounds; ++i) {
      const auto done = store.transact_blocking([&](Database& db) -> Result<void> {
        for (const auto* id : {instance % 2 == 0 ? "a" : "b", instance % 2 == 0 ? "b" : "a"})
          PATCHBAY_TRY(db.execute("UPDATE projects SET created = created + 1 WHERE id = ?", {id}));
        PATCHBAY_TRY(change_sequence_table::bump(db));
        return {};
      });
      EXPECT_TRUE(done) << done.error().message;
    }
  });
  for (const auto* id : {"a", "b"})
    EXPECT_EQ(number("SELECT created FROM projects WHERE id = '" + std::string(id) + "'"),
              1 + kInstances * kRounds);
}

TEST_P(InstancesTest, WhatIsDueIsSharedAndNothingIsClaimedTwice) {
  constexpr int kDue = 60;
  for (int i = 0; i < kDue; ++i) {
    const auto id = "acc_" + std::to_string(i);
    auto account = example_account(id, id);
    account.next_refresh = 1 + i;
    ASSERT_TRUE(accounts_table::insert(look(), account));
    Revocation job;
    job.id = id;
    job.project_id = "prj_1";
    job.next_attempt = 1 + i;
    ASSERT_TRUE(revocations_table::enqueue(look(), job));
  }
  std::mutex mutex;
  std::multiset<std::string> accounts;
  std::multiset<std::string> jobs;
  all_at_once([&](Store& store, int) {
    for (bool more = true; more;) {
      const auto due = store.transact_blocking(
          [](Database& db) { return accounts_table::claim_due(db, 100, 200, 4); });
      const auto told = store.transact_blocking(
          [](Database& db) { return revocations_table::claim_due(db, 100, 200, 4); });
      ASSERT_TRUE(due) << due.error().message;
      ASSERT_TRUE(told) << told.error().message;
      const std::lock_guard lock(mutex);
      for (const auto& account : *due) accounts.insert(account.id);
      for (const auto& job : *told) jobs.insert(job.id);
      more = !due->empty() || !told->empty();
    }
  });
  EXPECT_EQ(accounts.size(), std::size_t{kDue});
  EXPECT_EQ(std::set(accounts.begin(), accounts.end()).size(), std::size_t{kDue});
  EXPECT_EQ(jobs.size(), std::size_t{kDue});
  EXPECT_EQ(std::set(jobs.begin(), jobs.end()).size(), std::size_t{kDue});
}

// As a hub at work: one transaction decides and takes.
TEST_P(InstancesTest, OfAllWhoWantATurnOneHasIt) {
  ASSERT_TRUE(accounts_table::insert(look(), example_account()));
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<int> taken{0};
    all_at_once([&](Store& store, int instance) {
      const auto done = store.transact_blocking([&](Database& db) -> Result<bool> {
        PATCHBAY_TRY_ASSIGN(const auto lease, refresh_leases_table::find(db, "acc_1"));
        if (lease && !lease->holder.empty()) return false;
        PATCHBAY_TRY(refresh_leases_table::take(db, "acc_1", "ins_" + std::to_string(instance), 1));
        return true;
      });
      ASSERT_TRUE(done) << done.error().message;
      if (*done) ++taken;
    });
    ASSERT_EQ(taken, 1);
    const auto held = refresh_leases_table::find(look(), "acc_1")->value();
    EXPECT_EQ(held.fence, round + 1);
    ASSERT_TRUE(refresh_leases_table::release(look(), held));
  }
}

TEST_P(InstancesTest, ATransactionOfSeveralRowsIsSeenWholeOrNotAtAll) {
  std::atomic<bool> over{false};
  std::jthread reader([&] {
    const auto mine = place.open();
    while (!over) {
      if (!mine->begin(Access::kRead)) continue;
      const auto first = mine->query("SELECT count(*) FROM projects WHERE id LIKE 'a%'");
      const auto second = mine->query("SELECT count(*) FROM projects WHERE id LIKE 'b%'");
      mine->rollback();
      if (first && second) EXPECT_EQ(first->at(0).integer(0), second->at(0).integer(0));
    }
  });
  all_at_once([](Store& store, int instance) {
    for (int i = 0; i < kRounds; ++i) {
      const auto id = std::to_string(instance) + "_" + std::to_string(i);
      EXPECT_TRUE(store.transact_blocking([&](Database& db) -> Result<void> {
        PATCHBAY_TRY(projects_table::insert(db, {"a" + id, "x", 1}));
        return projects_table::insert(db, {"b" + id, "x", 1});
      }));
    }
  });
  over = true;
}

INSTANTIATE_TEST_SUITE_P(Every, InstancesTest, every_kind, name_of_kind);

}  // namespace
}  // namespace patchbay::store
