// An account's page: asking the provider again what is granted, and whose failed flows are listed.
#include "accounts/failed_flows.h"
#include "accounts/permission_checker.h"
#include "actions_test_support.h"
#include "store/flows_table.h"
#include "store/integrations_table.h"
#include "web/account_view.h"
#include "web/pauses.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

struct CountingChecker final : accounts::PermissionChecker {
  void check_soon(std::string /*project_id*/, std::string /*account_id*/) override {}
  net::Task<Result<>> check(std::string /*project_id*/, std::string account_id) override {
    asked.push_back(std::move(account_id));
    if (fails) co_return make_error(ErrorCode::kForbidden, "The account is switched off.");
    co_return Result<>();
  }
  std::vector<std::string> asked;
  bool fails = false;
};

struct WebAccountTest : WebPagesTest {
  WebAccountTest() {
    services.permission_checker = &checker;
    EXPECT_TRUE(store.transact_blocking([](store::Database& db) -> Result<> {
      PATCHBAY_TRY(store::integrations_table::insert(db, store::example_integration()));
      PATCHBAY_TRY(store::accounts_table::insert(db, store::example_account()));
      return store::accounts_table::insert(db, store::example_account("acc_2", "owner-2"));
    }));
  }
  void keep(const std::string& id, const std::string& account_id) {
    store::Flow flow;
    flow.id = id;
    flow.project_id = "prj_1";
    flow.kind = accounts::FailedFlows::kKind;
    flow.account_id = account_id;
    flow.connector_id = store::example_account().connector_id;
    flow.sealed = "sealed";
    EXPECT_TRUE(store.transact_blocking(
        [&](store::Database& db) { return store::flows_table::insert(db, flow); }));
  }
  bool is_kept(const std::string& id) {
    return store
        .read_blocking([&](store::Database& db) { return store::flows_table::find(db, id); })
        ->has_value();
  }

  CountingChecker checker;
  const std::string check = "/app/accounts/acc_1/permissions/check";
};

TEST_F(WebAccountTest, PermissionsAreCheckedAgainOnceInAWhile) {
  const std::string csrf = sign_in({.role = store::Role::kOperator, .name = "Ada"});
  audit.kinds.clear();
  EXPECT_EQ(header(post(check, "csrf=" + csrf), "Location"), "/app/accounts/acc_1");
  EXPECT_EQ(checker.asked, std::vector<std::string>{"acc_1"});
  EXPECT_EQ(audit.kinds, std::vector<std::string>{"account.permissions_checked"});
  EXPECT_TRUE(has(get("/app/accounts/acc_1"), "did not answer all of it"));

  EXPECT_EQ(post(check, "csrf=" + csrf).status, 303U);
  EXPECT_TRUE(has(get("/app/accounts/acc_1"), "asked a moment ago"));
  EXPECT_EQ(checker.asked.size(), 1U);
  clock.advance_ms(30'000);
  checker.fails = true;
  EXPECT_EQ(post(check, "csrf=" + csrf).status, 303U);
  EXPECT_TRUE(has(get("/app/accounts/acc_1"), "The permissions could not be checked."));
  EXPECT_EQ(checker.asked.size(), 2U);
  EXPECT_EQ(post("/app/accounts/none/permissions/check", "csrf=" + csrf).status, 404U);
}

TEST_F(WebAccountTest, WhoeverOnlyLooksMayNotAskTheProvider) {
  const std::string csrf = sign_in({.role = store::Role::kViewer, .name = "Ada"});
  EXPECT_EQ(post(check, "csrf=" + csrf).status, 403U);
  EXPECT_EQ(post(check, "csrf=wrong").status, 403U);
  cookies.clear();
  EXPECT_EQ(post(check, "csrf=" + csrf).status, 403U);
  EXPECT_TRUE(checker.asked.empty());
}

TEST_F(WebAccountTest, FailedFlowsAreListedWithTheirAccount) {
  keep("flow_own", "acc_1");
  keep("flow_of_2", "acc_2");
  keep("flow_of_none", "");
  (void)sign_in({.role = store::Role::kViewer, .name = "Ada"});
  const auto seen = get("/app/accounts/acc_1");
  EXPECT_TRUE(has(seen, "flow_own"));
  EXPECT_FALSE(has(seen, "flow_of_2"));
  EXPECT_FALSE(has(seen, "flow_of_none"));
  EXPECT_FALSE(has(seen, "/flows/flow_own")) << "an admin may download it";
  (void)sign_in();
  const auto all = get("/app/accounts/acc_1");
  EXPECT_TRUE(has(all, "/app/accounts/acc_1/flows/flow_own"));
  EXPECT_TRUE(has(all, "/app/accounts/acc_1/flows/flow_of_2"));
  EXPECT_TRUE(has(all, "/app/accounts/acc_1/flows/flow_of_none"));
}

TEST_F(WebAccountTest, FailedFlowsGoWithTheirAccount) {
  keep("flow_own", "acc_1");
  keep("flow_of_2", "acc_2");
  ASSERT_TRUE(loops.block_on(service.unlink("prj_1", "acc_1")));
  EXPECT_FALSE(is_kept("flow_own"));
  EXPECT_TRUE(is_kept("flow_of_2"));
}

TEST_F(WebAccountTest, AFailedFlowIsKeptWithItsAccount) {
  accounts::FailedFlows failed(services, "prj_1");
  const auto manifest = test::acme("[]");
  loops.block_on(failed.failed(*manifest, "acc_1", connector::Transcript()));
  const auto flows = store.read_blocking(store::flows_table::list).value();
  ASSERT_EQ(flows.size(), 1U);
  EXPECT_EQ(flows.front().account_id, "acc_1");
  EXPECT_EQ(flows.front().kind, accounts::FailedFlows::kKind);
}

TEST(Pauses, LetEachKeyBeginOnceInAWhile) {
  Pauses pauses(100);
  EXPECT_TRUE(pauses.begin("a", 0));
  EXPECT_FALSE(pauses.begin("a", 99));
  EXPECT_TRUE(pauses.begin("b", 99));
  EXPECT_TRUE(pauses.begin("a", 100));
  for (std::size_t i = 0; i < Pauses::kMostKeys; ++i)
    EXPECT_TRUE(pauses.begin(std::to_string(i), 100));
  EXPECT_TRUE(pauses.begin("b", 101)) << "the oldest was forgotten";
}

}  // namespace
}  // namespace patchbay::web
