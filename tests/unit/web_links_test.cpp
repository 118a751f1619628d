// Sealed links on the pages: what opens them and what does not. The connectors folder is empty
// here; tests/browser walks guides and "my connection" with one.
#include "accounts/sealed_link.h"
#include "store/accounts_table.h"
#include "store/integrations_table.h"
#include "web/link_access.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

struct WebLinksTest : WebPagesTest {
  WebLinksTest() {
    EXPECT_TRUE(store.transact_blocking([](store::Database& db) -> Result<> {
      PATCHBAY_TRY(store::integrations_table::insert(db, store::example_integration()));
      auto account = store::example_account();
      account.owner_name = "Owner <One>";
      return store::accounts_table::insert(db, account);
    }));
  }

  [[nodiscard]] std::string link(LinkPurpose purpose, const std::string& subject,
                                 const std::string& project = "prj_1") const {
    return accounts::seal_link(vault, purpose, {project, subject, clock.unix_ms() + kHour}).value();
  }
  [[nodiscard]] std::string manage_link() const { return link(LinkPurpose::kManage, "acc_1"); }
  // Comes by the link; the CSRF token of the page.
  std::string come_to_manage() {
    EXPECT_EQ(header(get("/manage/" + manage_link()), "Location"), "/manage");
    return csrf_of(get("/manage/disconnect"));
  }
  bool is_linked() { return loops.block_on(service.get("prj_1", "acc_1")).has_value(); }
};

TEST_F(WebLinksTest, ALinkOpensWhatItIsForAndNothingElse) {
  const std::int64_t now = clock.unix_ms();
  const std::string token = manage_link();
  const auto opened = accounts::open_link(vault, LinkPurpose::kManage, token, now);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->subject, "acc_1");
  EXPECT_EQ(opened->project_id, "prj_1");
  const auto code = [&](LinkPurpose purpose, const std::string& text, std::int64_t at) {
    return accounts::open_link(vault, purpose, text, at).error().code;
  };
  EXPECT_EQ(code(LinkPurpose::kGuide, token, now), ErrorCode::kNotFound);
  EXPECT_EQ(code(LinkPurpose::kSignIn, token, now), ErrorCode::kNotFound);
  EXPECT_EQ(code(LinkPurpose::kManage, token + "A", now), ErrorCode::kNotFound);
  EXPECT_EQ(code(LinkPurpose::kManage, std::string(5000, 'A'), now), ErrorCode::kNotFound);
  EXPECT_EQ(code(LinkPurpose::kManage, "", now), ErrorCode::kNotFound);
  EXPECT_EQ(code(LinkPurpose::kManage, token, now + kHour), ErrorCode::kExpired);
  for (std::size_t at = 0; at < token.size(); at += 7) {
    std::string altered = token;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(code(LinkPurpose::kManage, altered, now), ErrorCode::kNotFound) << at;
  }
  EXPECT_EQ(token.find("acc_1"), std::string::npos);
}

TEST_F(WebLinksTest, AManageLinkLeavesTheAddressAndShowsOneAccount) {
  const auto answer = get("/manage/" + manage_link());
  EXPECT_EQ(answer.status, 303U);
  EXPECT_TRUE(header(answer, "Set-Cookie").ends_with("; HttpOnly; SameSite=Lax; Max-Age=3600"))
      << header(answer, "Set-Cookie");
  const auto page = get("/manage");
  EXPECT_EQ(page.status, 200U);
  EXPECT_TRUE(has(page, "Owner &lt;One&gt;"));
  EXPECT_TRUE(has(page, "Shiftly"));
  EXPECT_FALSE(has(page, "/app/accounts"));
}

TEST_F(WebLinksTest, AManageLinkIsOverWithItsTime) {
  (void)come_to_manage();
  clock.advance_ms(kHour);
  EXPECT_EQ(get("/manage").status, 410U);
  cookies.clear();
  EXPECT_EQ(get("/manage").status, 410U) << "no link at all";
  EXPECT_EQ(get("/manage/" + link(LinkPurpose::kGuide, "acc_1")).status, 404U);
  EXPECT_EQ(get("/manage/" + link(LinkPurpose::kManage, "acc_1", "prj_2")).status, 303U);
  EXPECT_EQ(get("/manage").status, 410U) << "another project has no such account";
}

TEST_F(WebLinksTest, DisconnectingEndsTheAccountAndSaysWhoDidIt) {
  const std::string csrf = come_to_manage();
  audit.kinds.clear();
  const auto gone = post("/manage/disconnect", "csrf=" + csrf);
  EXPECT_EQ(gone.status, 200U);
  EXPECT_TRUE(has(gone, "Disconnected"));
  EXPECT_FALSE(is_linked());
  EXPECT_EQ(audit.kinds, std::vector<std::string>{"account.unlinked"});
  EXPECT_FALSE(cookies.contains("__Host-patchbay-manage"));

  // The link is still within its time, but there is nothing left to manage.
  EXPECT_EQ(header(get("/manage/" + manage_link()), "Location"), "/manage");
  EXPECT_EQ(get("/manage").status, 410U);
}

TEST_F(WebLinksTest, ChangesNeedAnOwnPageAndItsToken) {
  const std::string csrf = come_to_manage();
  for (const char* target : {"/manage/disconnect", "/manage/reconnect"}) {
    EXPECT_EQ(post(target, "csrf=wrong").status, 403U);
    EXPECT_EQ(post(target, "").status, 403U);
    EXPECT_EQ(
        send({.method = "POST", .target = target, .form = "csrf=" + csrf, .same_origin = false})
            .status,
        403U);
  }
  const auto kept = cookies;
  cookies.clear();
  EXPECT_EQ(post("/manage/disconnect", "csrf=" + csrf).status, 403U);
  cookies = kept;
  EXPECT_TRUE(is_linked());
}

TEST_F(WebLinksTest, ReconnectingLeadsToAConnectPageForThisAccount) {
  const std::string csrf = come_to_manage();
  const auto answer = post("/manage/reconnect", "csrf=" + csrf);
  EXPECT_EQ(header(answer, "Location"), "/connect");
  ASSERT_TRUE(cookies.contains("__Host-patchbay-connect"));
  const auto session =
      loops.block_on(service.find_session(cookies["__Host-patchbay-connect"])).value();
  EXPECT_EQ(session.account_id, "acc_1");
  EXPECT_EQ(session.expires, clock.unix_ms() + 30 * kMinute);
}

TEST_F(WebLinksTest, AGuideThatIsOverIsToldPlainly) {
  EXPECT_EQ(get("/guide/" + link(LinkPurpose::kManage, "int_1")).status, 404U);
  EXPECT_EQ(get("/guide/made-up").status, 404U);
  const std::string good = "/guide/" + link(LinkPurpose::kGuide, "int_1");
  EXPECT_EQ(get(good).status, 503U) << "its connector is not there";
  EXPECT_EQ(get("/guide/" + link(LinkPurpose::kGuide, "int_9")).status, 410U) << "removed";
  clock.advance_ms(kHour);
  EXPECT_EQ(get(good).status, 410U);
}

}  // namespace
}  // namespace patchbay::web
