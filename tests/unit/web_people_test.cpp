// Settings: who is signed in, links for others, sessions ended.
#include <algorithm>

#include "web_pages_support.h"

namespace patchbay::web {
namespace {

constexpr std::string_view kPeople = "/app/settings/people";

struct WebPeopleTest : WebPagesTest {
  void SetUp() override { csrf = sign_in({store::Role::kAdmin, "Grace <admin>"}); }

  net::Response submit(std::string_view target, const std::string& form = {}) {
    return post(std::string(target), "csrf=" + csrf + (form.empty() ? "" : "&" + form));
  }
  static std::string between(const std::string& text, std::string_view before, char end) {
    const auto at = text.find(before);
    if (at == std::string::npos) return {};
    const auto begin = at + before.size();
    return text.substr(begin, text.find(end, begin) - begin);
  }
  // The path of the link that a page shows.
  static std::string shown_link(const net::Response& page) {
    const std::string link = between(page.body, "readonly value=\"", '"');
    EXPECT_TRUE(link.starts_with(std::string(kOrigin) + "/signin/")) << link;
    return link.substr(std::min(link.size(), kOrigin.size()));
  }
  // The address that the list's first such button posts to.
  std::string button_of(std::string_view group) {
    return between(get(std::string(kPeople)).body,
                   "action=\"/app/settings/people/" + std::string(group), '"');
  }
  std::string flash_after(const net::Response& redirect) {
    EXPECT_EQ(redirect.status, 303U);
    return get(header(redirect, "Location")).body;
  }
  std::int64_t count(const std::string& table) {
    return store
        .read_blocking(
            [&](store::Database& db) { return db.query("SELECT count(*) FROM " + table); })
        .value()
        .front()
        .integer(0);
  }
  std::size_t recorded(std::string_view kind) const {
    return static_cast<std::size_t>(std::ranges::count(audit.kinds, kind));
  }

  std::string csrf;
};

TEST_F(WebPeopleTest, ShowWhoIsSignedInAndSinceWhen) {
  const auto admin = cookies;
  (void)sign_in({store::Role::kViewer, "Ada"});
  const std::string ada = cookies["__Host-patchbay"];
  clock.advance_ms(30 * kMinute);
  EXPECT_EQ(get("/app/accounts").status, 200U);
  clock.advance_ms(5 * kMinute);
  cookies = admin;
  const auto page = get(std::string(kPeople));
  ASSERT_EQ(page.status, 200U);
  EXPECT_TRUE(has(page, "Grace &lt;admin&gt;"));
  EXPECT_TRUE(has(page, "This session"));
  EXPECT_TRUE(has(page, ">Ada<"));
  EXPECT_TRUE(has(page, "35 minutes ago")) << "since";
  EXPECT_TRUE(has(page, "5 minutes ago")) << "last seen";
  EXPECT_TRUE(has(page, "in 2 hours") || has(page, "in 115 minutes")) << "ends";
  EXPECT_FALSE(has(page, ada)) << "nothing that opens a session";
  const auto hash = store.read_blocking(
      [](store::Database& db) { return db.query("SELECT hash FROM operator_sessions"); });
  for (const auto& row : *hash) EXPECT_FALSE(has(page, row.text(0)));
}

TEST_F(WebPeopleTest, AnEndedSessionHasToSignIn) {
  const auto admin = cookies;
  (void)sign_in({store::Role::kOperator, "Ada"});
  const auto ada = cookies;
  cookies = admin;
  const std::string end = "/app/settings/people/" + ("sessions/" + button_of("sessions/"));
  EXPECT_NE(flash_after(submit(end)).find("The session of Ada has ended."), std::string::npos);
  EXPECT_EQ(recorded("operator.session_ended"), 1U);
  EXPECT_EQ(get(std::string(kPeople)).status, 200U) << "one's own goes on";
  EXPECT_NE(flash_after(submit(end)).find("That was not done."), std::string::npos);
  cookies = ada;
  EXPECT_EQ(header(get("/app/accounts"), "Location"), "/signin");
}

TEST_F(WebPeopleTest, ALinkIsShownOnceAndOpensItsRole) {
  const auto made = submit(kPeople, "name=Ada%20%3CL%3E&role=viewer");
  ASSERT_EQ(made.status, 200U);
  EXPECT_TRUE(made.secret) << "its bytes are wiped";
  EXPECT_EQ(header(made, "Cache-Control"), "no-store");
  EXPECT_FALSE(has(made, "<L>"));
  EXPECT_TRUE(has(made, "15 minutes"));
  const std::string link = shown_link(made);
  EXPECT_EQ(recorded("operator.signin_link_made"), 1U);
  const auto list = get(std::string(kPeople));
  EXPECT_TRUE(has(list, "Links that are still good"));
  EXPECT_FALSE(has(list, link.substr(8)));

  cookies.clear();
  (void)get(link);
  EXPECT_EQ(post("/signin", "csrf=" + csrf_of(get("/signin"))).status, 303U);
  EXPECT_TRUE(has(get("/app/accounts"), "Viewer"));
  EXPECT_EQ(get(std::string(kPeople)).status, 403U);
  cookies.clear();
  (void)get(link);
  EXPECT_EQ(get("/signin").status, 410U) << "once";
}

TEST_F(WebPeopleTest, ALinkThatCannotBeRecordedIsNotMade) {
  audit.full = true;
  EXPECT_NE(flash_after(submit(kPeople, "name=Ada&role=admin")).find("The link was not made."),
            std::string::npos);
  EXPECT_EQ(count("signin_links WHERE used = 0"), 0);
}

TEST_F(WebPeopleTest, ALinkNeedsANameAndARoleThatThereIs) {
  const auto nameless = submit(kPeople, "name=&role=operator");
  EXPECT_EQ(nameless.status, 422U);
  EXPECT_TRUE(has(nameless, "Say who the link is for."));
  EXPECT_TRUE(has(nameless, "value=\"operator\" selected"));
  EXPECT_EQ(submit(kPeople, "name=" + std::string(101, 'x') + "&role=viewer").status, 422U);
  EXPECT_EQ(submit(kPeople, "name=Ada%0AGrace&role=viewer").status, 422U);
  EXPECT_EQ(submit(kPeople, "name=Ada&role=root").status, 422U);
  EXPECT_EQ(submit(kPeople, "name=Ada").status, 422U);
  EXPECT_EQ(count("signin_links WHERE used = 0"), 0);
  EXPECT_EQ(recorded("operator.signin_link_made"), 0U);
}

TEST_F(WebPeopleTest, AWithdrawnLinkOpensNothing) {
  const std::string link = shown_link(submit(kPeople, "name=Ada&role=admin"));
  const std::string withdraw = "/app/settings/people/links/" + button_of("links/");
  EXPECT_NE(flash_after(submit(withdraw)).find("The link for Ada was withdrawn."),
            std::string::npos);
  EXPECT_EQ(recorded("operator.signin_link_withdrawn"), 1U);
  EXPECT_FALSE(has(get(std::string(kPeople)), "Links that are still good"));
  EXPECT_NE(flash_after(submit(withdraw)).find("That was not done."), std::string::npos);
  cookies.clear();
  (void)get(link);
  EXPECT_EQ(get("/signin").status, 410U);
}

TEST_F(WebPeopleTest, MoreThanOnePageHoldsAreSaidToBeMore) {
  ASSERT_TRUE(store.transact_blocking([&](store::Database& db) -> Result<> {
    for (int i = 0; i < 300; ++i)
      PATCHBAY_TRY(store::signin_links_table::insert(
          db, {"hash_" + std::to_string(i), clock.unix_ms(), clock.unix_ms() + kHour, 0,
               store::Role::kViewer, "Ada"}));
    return {};
  }));
  const auto page = get(std::string(kPeople));
  EXPECT_EQ(page.status, 200U);
  EXPECT_TRUE(has(page, "There are more than are shown here."));
}

}  // namespace
}  // namespace patchbay::web
