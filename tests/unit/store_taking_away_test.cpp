// Every change that takes access away, or gives it back, raises the change sequence in its own
// transaction: what instances serve from memory rests on it. The columns that access depends on are
// watched by triggers, so that a function that forgets it is found.
#include <gtest/gtest.h>

#include "store/account_credentials.h"
#include "store/api_keys_table.h"
#include "store/change_sequence_table.h"
#include "store/connector_approvals_table.h"
#include "store/restore_marks.h"
#include "store_test_support.h"

namespace patchbay::store {
namespace {

struct TakingAwayTest : testing::Test {
  TakingAwayTest() {
    add_project(*db);
    EXPECT_TRUE(integrations_table::insert(*db, example_integration()));
    EXPECT_TRUE(accounts_table::insert(*db, example_account()));
    ApiKey key;
    key.id = "key_1";
    key.project_id = "prj_1";
    key.prefix = "prefix";
    EXPECT_TRUE(api_keys_table::insert(*db, key));
    watch("UPDATE OF status ON accounts", "NEW.status = 'inactive' OR OLD.status = 'inactive'");
    watch("DELETE ON accounts", "1");
    watch("UPDATE OF fields, auth_method, integration_id ON accounts", "1");
    watch("UPDATE OF revoked ON api_keys", "1");
    watch("DELETE ON api_keys", "1");
    watch("INSERT ON connector_approvals", "1");
    watch("UPDATE OF active, allowed_actions ON integrations", "1");
  }

  // Each such change notes the sequence as it was at that moment.
  void watch(const std::string& event, const std::string& when) {
    static int number = 0;
    ASSERT_TRUE(db->execute("CREATE TABLE IF NOT EXISTS changes (seen INTEGER NOT NULL) STRICT"));
    const auto made = db->execute(
        "CREATE TRIGGER watch_" + std::to_string(++number) + " AFTER " + event + " WHEN " + when +
        " BEGIN INSERT INTO changes SELECT value FROM change_sequence; END");
    ASSERT_TRUE(made) << made.error().message;
  }
  template <class Work>
  void expect_told(const std::string& what, Work work) {
    ASSERT_TRUE(db->execute("DELETE FROM changes"));
    const auto before = change_sequence_table::current(*db).value();
    ASSERT_TRUE(db->begin(Access::kWrite));
    const auto done = work(*db);
    ASSERT_TRUE(done) << what << ": " << done.error().message;
    ASSERT_TRUE(db->commit());
    EXPECT_GT(db->query("SELECT count(*) FROM changes")->at(0).integer(0), 0)
        << what << " changes nothing that is watched";
    EXPECT_GT(change_sequence_table::current(*db).value(), before) << what << " tells nobody";
  }

  std::unique_ptr<Database> db = migrated();
};

TEST_F(TakingAwayTest, RaisesTheChangeSequence) {
  expect_told("suspend",
              [](Database& d) { return accounts_table::suspend(d, "prj_1", "acc_1", "", 5); });
  expect_told("resume", [](Database& d) { return accounts_table::resume(d, "prj_1", "acc_1", 6); });
  expect_told("reconnect", [](Database& d) {
    CredentialChange change;
    change.account_id = "acc_1";
    change.expected_generation = 1;
    change.connection = Connection{};
    change.connection->integration_id = "int_1";
    return account_credentials::replace(d, change);
  });
  expect_told("switching an integration off", [](Database& d) {
    auto integration = example_integration();
    integration.active = false;
    return integrations_table::update(d, integration);
  });
  expect_told("unlink", [](Database& d) { return accounts_table::remove(d, "prj_1", "acc_1"); });
  expect_told("withdrawing a key",
              [](Database& d) { return api_keys_table::revoke(d, "prj_1", "key_1", 7); });
  expect_told("a decision about a connector", [](Database& d) {
    return connector_approvals_table::decide(d, {"00", "c", "1", "{}", "", "operator", "ada", 8});
  });
}

}  // namespace
}  // namespace patchbay::store
