// DELETE /owners/{id}: everything of one owner goes, and nothing of another's.
#include "api_test_support.h"
#include "store/connect_sessions_table.h"
#include "store/events_table.h"
#include "store/request_logs_table.h"
#include "store/revocations_table.h"
#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"

namespace patchbay::api {
namespace {

using test::ApiTest;
using test::parsed;

struct OwnersTest : ApiTest {
  OwnersTest() {
    key = make_key("prj_1", "admin accounts actions");
    add("owner_2", "acc_2");
    add("Owner_1", "acc_3");  // another one
  }

  void add(const std::string& owner, const std::string& id) {
    hub.change([&](store::Database& db) -> Result<> {
      store::Account account = hub.account;
      account.id = id;
      account.owner_id = owner;
      PATCHBAY_TRY(store::accounts_table::insert(db, account));
      PATCHBAY_TRY(store::events_table::append(
          db, {0, "prj_1", "account.created", id,
               R"({"origin_owner_id":")" + owner + R"(","origin_owner_name":"x"})", 1}));
      return {};
    });
  }
  std::string session_for(const std::string& owner) {
    const auto made =
        call("POST", "/connect_sessions",
             R"({"origin_owner_id":")" + owner + R"(","origin_owner_name":"N","provider":"acme"})");
    EXPECT_EQ(made.status, 201U) << made.body;
    return parsed(made.body).root().get("token").string_or("");
  }
  void run_action(const std::string& account) {
    hub.provider.answer(200, R"({"data":[]})");
    EXPECT_EQ(call("POST", "/actions/rpc", R"({"action":"acme_list"})", {{"x-account-id", account}})
                  .status,
              200U);
  }
  std::int64_t count(const std::string& from) {
    std::int64_t rows = -1;
    hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto found, db.query("SELECT count(*) FROM " + from));
      rows = found.at(0).integer(0);
      return {};
    });
    return rows;
  }
};

TEST_F(OwnersTest, EverythingOfTheirsGoesAndNothingElse) {
  session_for("owner_1");
  session_for("owner_2");
  run_action("acc_1");
  run_action("acc_2");
  const auto erased = call("DELETE", "/owners/owner_1");
  ASSERT_EQ(erased.status, 200U) << erased.body;
  const auto told = parsed(erased.body);
  EXPECT_EQ(told.root().get("accounts").integer_or(0), 1);
  EXPECT_EQ(told.root().get("connect_sessions").integer_or(0), 1);
  EXPECT_EQ(told.root().get("request_logs").integer_or(0), 1);
  EXPECT_EQ(told.root().get("events").integer_or(0), 1) << "that the account was deleted";
  EXPECT_EQ(call("GET", "/accounts/acc_1").status, 404U);
  EXPECT_EQ(count("revocations"), 1) << "the provider is told";
  for (const auto* table : {"accounts", "connect_sessions", "request_logs"})
    EXPECT_EQ(count(std::string(table) + " WHERE owner_id = 'owner_1'"), 0) << table;
  EXPECT_EQ(count("step_logs"), 1) << "the other's";
  EXPECT_EQ(count("events WHERE payload LIKE '%owner_2%'"), 1);
  EXPECT_EQ(count("events WHERE replace(payload, 'Owner_1', '') <> payload"), 1);
  EXPECT_EQ(call("GET", "/accounts/acc_2").status, 200U);
  EXPECT_EQ(call("GET", "/accounts/acc_3").status, 200U);
  EXPECT_EQ(hub.audit_log.events.back().kind, "owner.erased");
  EXPECT_EQ(hub.audit_log.events.back().subject, "owner_1");
}

TEST_F(OwnersTest, EventsThatAreStillToBeDeliveredStay) {
  hub.change([&](store::Database& db) -> Result<> {
    store::WebhookEndpoint endpoint;
    endpoint.id = "wh_1";
    endpoint.project_id = "prj_1";
    endpoint.url = "https://hooks.example.com/";
    return store::webhook_endpoints_table::insert(db, endpoint);
  });
  EXPECT_EQ(call("DELETE", "/owners/owner_2").status, 200U);
  EXPECT_EQ(count("events WHERE kind = 'account.deleted'"), 1);
  EXPECT_EQ(count("events WHERE kind = 'account.created' AND payload LIKE '%owner_2%'"), 0);
}

TEST_F(OwnersTest, DoneAgainOrForNobodyItIsNoError) {
  EXPECT_EQ(call("DELETE", "/owners/owner_2").status, 200U);
  for (const auto* nobody : {"/owners/owner_2", "/owners/owner_9", "/owners/o%25w%27n_er"}) {
    const auto again = call("DELETE", nobody);
    EXPECT_EQ(again.status, 200U) << again.body;
    EXPECT_EQ(parsed(again.body).root().get("accounts").integer_or(-1), 0);
  }
  EXPECT_EQ(count("accounts"), 2);
}

TEST_F(OwnersTest, AnotherProjectsOwnersAndSmallerKeysReachNothing) {
  key = make_key("prj_2", "admin");
  EXPECT_EQ(call("DELETE", "/owners/owner_1").status, 200U);
  key = make_key("prj_1", "accounts actions tokens");
  EXPECT_EQ(call("DELETE", "/owners/owner_1").status, 403U);
  EXPECT_EQ(count("accounts"), 3);
}

TEST_F(OwnersTest, AConnectLinkOfTheirsIsOver) {
  const auto token = session_for("owner_1");
  EXPECT_EQ(call("DELETE", "/owners/owner_1").status, 200U);
  const auto after =
      call("POST", "/connect_sessions/authenticate", R"({"token":")" + token + R"("})");
  EXPECT_EQ(after.status, 404U) << after.body;
}

}  // namespace
}  // namespace patchbay::api
