// The page that tells why an account does not work.
#include "accounts/refresh_failure.h"
#include "store/integrations_table.h"
#include "store/projects_table.h"
#include "store/refresh_leases_table.h"
#include "store/revocations_table.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

struct WebExplainTest : WebPagesTest {
  WebExplainTest() {
    EXPECT_TRUE(store.transact_blocking([](store::Database& db) -> Result<> {
      PATCHBAY_TRY(store::projects_table::insert(db, {"prj_2", "Other", 1}));
      auto integration = store::example_integration();
      integration.sealed_setup.clear();
      PATCHBAY_TRY(store::integrations_table::insert(db, integration));
      PATCHBAY_TRY(store::accounts_table::insert(db, store::example_account()));
      PATCHBAY_TRY(
          store::integrations_table::insert(db, store::example_integration("int_2", "prj_2")));
      auto other = store::example_account("acc_2", "owner_2");
      other.project_id = "prj_2";
      other.integration_id = "int_2";
      return store::accounts_table::insert(db, other);
    }));
  }
  const std::string page = "/app/accounts/acc_1/explain";
};

TEST_F(WebExplainTest, AViewerReadsWhatIsWrongAndWhatToDo) {
  (void)sign_in({.role = store::Role::kViewer, .name = "Ada"});
  const auto seen = get(page);
  EXPECT_EQ(seen.status, 200U);
  EXPECT_TRUE(has(seen, "The connector of this link is gone."));
  EXPECT_TRUE(has(seen, "Somebody has to act"));
  EXPECT_TRUE(has(seen, "back into the connectors folder"));
  EXPECT_TRUE(has(seen, "Account: acc_1")) << "the text for a ticket";
  EXPECT_TRUE(has(get("/app/accounts/acc_1"), page)) << "it is linked from the account";
}

TEST_F(WebExplainTest, WhatOthersSaidIsTextAndNoMarkup) {
  const auto error = make_error(ErrorCode::kUnavailable, "<script>alert(1)</script>");
  EXPECT_TRUE(store.transact_blocking([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY_ASSIGN(auto lease, store::refresh_leases_table::take(db, "acc_1", "inst_1", 1));
    lease.last_error = to_stored(accounts::next_failure({}, error, {}, clock.unix_ms()));
    return store::refresh_leases_table::release(db, lease);
  }));
  (void)sign_in();
  const auto seen = get(page);
  EXPECT_TRUE(has(seen, "&lt;script&gt;alert(1)"));
  EXPECT_FALSE(has(seen, "<script>alert"));
}

TEST_F(WebExplainTest, AQueuedRevocationIsToldWithoutWhatItHolds) {
  store::Revocation revocation;
  revocation.id = "rev_1";
  revocation.project_id = "prj_1";
  revocation.account_id = "acc_1";
  revocation.connector_id = "personio";
  revocation.sealed_payload = "sealed";
  revocation.created = clock.unix_ms() - kHour;
  revocation.attempts = 2;
  EXPECT_TRUE(store.transact_blocking([&](store::Database& db) -> Result<> {
    PATCHBAY_TRY(store::revocations_table::enqueue(db, revocation));
    PATCHBAY_TRY_ASSIGN(const auto found,
                        store::revocations_table::list_of_account(db, "prj_1", "acc_1", 10));
    EXPECT_EQ(found.size(), 1U);
    EXPECT_TRUE(found.at(0).sealed_payload.empty());
    PATCHBAY_TRY_ASSIGN(const auto others,
                        store::revocations_table::list_of_account(db, "prj_2", "acc_1", 10));
    EXPECT_TRUE(others.empty());
    return {};
  }));
  (void)sign_in();
  EXPECT_TRUE(has(get(page), "still to be revoked at the provider, 2 tries so far"));
}

TEST_F(WebExplainTest, SpeaksGerman) {
  (void)sign_in();
  const auto seen = send({.target = page, .headers = {{"Accept-Language", "de"}}});
  EXPECT_TRUE(has(seen, "Der Konnektor dieser Verbindung fehlt."));
  EXPECT_TRUE(has(seen, "Was zu tun ist"));
}

TEST_F(WebExplainTest, WhatIsNotTheProjectsOwnIsNotThere) {
  (void)sign_in();
  EXPECT_EQ(get("/app/accounts/acc_2/explain").status, 404U);
  EXPECT_EQ(get("/app/accounts/none/explain").status, 404U);
  cookies.clear();
  EXPECT_NE(get(page).status, 200U);
}

}  // namespace
}  // namespace patchbay::web
