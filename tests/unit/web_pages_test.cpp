// The pages' doors: sign-in links, sessions, CSRF, origins, cookies, headers, link tokens.
#include "base/encoding.h"
#include "net/cookies.h"
#include "web/assets.h"
#include "web/request_checks.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

TEST_F(WebPagesTest, FetchingASigninLinkConsumesNothing) {
  const std::string link = fresh_link();
  for (int scanner = 0; scanner < 3; ++scanner) {
    cookies.clear();
    const auto answer = get(link);
    EXPECT_EQ(answer.status, 303U);
    EXPECT_EQ(header(answer, "Location"), "/signin");
  }
  const auto page = get("/signin");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(post("/signin", "csrf=" + csrf_of(page)).status, 303U);
  EXPECT_EQ(get("/app/connectors").status, 200U);
}

TEST_F(WebPagesTest, SigningInIsRecordedAndDoesNotHappenOtherwise) {
  (void)get(fresh_link());
  const std::string csrf = csrf_of(get("/signin"));
  audit.full = true;
  EXPECT_GE(post("/signin", "csrf=" + csrf).status, 500U);
  EXPECT_FALSE(cookies.contains("__Host-patchbay"));
  audit.full = false;
  EXPECT_EQ(post("/signin", "csrf=" + csrf).status, 303U) << "the link is still good";
  EXPECT_EQ(audit.kinds, std::vector<std::string>{"operator.signed_in"});
}

TEST_F(WebPagesTest, ASigninLinkWorksOnce) {
  const std::string link = fresh_link();
  (void)get(link);
  const std::string csrf = csrf_of(get("/signin"));
  const auto kept = cookies;
  ASSERT_EQ(post("/signin", "csrf=" + csrf).status, 303U);

  cookies = kept;
  const auto replayed = post("/signin", "csrf=" + csrf);
  EXPECT_EQ(replayed.status, 410U);
  EXPECT_TRUE(has(replayed, "This link has been used"));
  EXPECT_TRUE(has(replayed, "<code>patchbay signin</code>"));
  EXPECT_FALSE(cookies.contains("__Host-patchbay"));

  cookies.clear();
  (void)get(link);
  EXPECT_EQ(get("/signin").status, 410U);
}

TEST_F(WebPagesTest, ASigninLinkExpires) {
  const std::string link = fresh_link();
  clock.advance_ms(16 * kMinute);
  (void)get(link);
  const auto page = get("/signin");
  EXPECT_EQ(page.status, 410U);
  EXPECT_TRUE(has(page, "This link has expired"));
}

TEST_F(WebPagesTest, CookiesAreForThisHostAndNoScript) {
  const auto to_signin = get(fresh_link());
  EXPECT_TRUE(header(to_signin, "Set-Cookie")
                  .ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"))
      << header(to_signin, "Set-Cookie");
  const auto signed_in = post("/signin", "csrf=" + csrf_of(get("/signin")));
  const auto set = signed_in.headers.get_all("Set-Cookie");
  ASSERT_EQ(set.size(), 2U);
  EXPECT_TRUE(set[0].starts_with("__Host-patchbay="));
  EXPECT_TRUE(set[0].ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"));
  EXPECT_TRUE(set[1].starts_with("__Host-patchbay-signin=;"));
}

TEST_F(WebPagesTest, TheDatabaseHoldsNoTokenThatOpensASession) {
  (void)sign_in();
  const std::string token = cookies["__Host-patchbay"];
  const auto stored = store.read_blocking(
      [](store::Database& db) { return db.query("SELECT hash, csrf FROM operator_sessions"); });
  ASSERT_EQ(stored->size(), 1U);
  EXPECT_NE(stored->front().text(0), token);
  EXPECT_NE(stored->front().text(1), token);
}

// An address of each route of the pages for those who are signed in.
std::vector<std::string> operator_targets(const net::Router& router, std::string_view method) {
  std::vector<std::string> targets;
  for (const auto& route : router.routes()) {
    if (route.method != method || !route.pattern.starts_with("/app/")) continue;
    std::string target;
    bool inside = false;
    for (const char c : route.pattern) {
      if (c == '{') target += 'x';
      inside = c == '{' || (inside && c != '}');
      if (!inside && c != '}') target += c;
    }
    targets.push_back(target);
  }
  return targets;
}

TEST_F(WebPagesTest, AViewerSeesAndChangesNothing) {
  const auto csrf = sign_in({store::Role::kViewer, "Ada"});
  const auto targets = operator_targets(router, "POST");
  EXPECT_GE(targets.size(), 8U);
  for (const auto& target : targets) {
    if (target == "/app/project") continue;  // what they look at is theirs to choose
    const auto refused = post(target, "csrf=" + csrf);
    EXPECT_EQ(refused.status, 403U) << target;
    EXPECT_TRUE(has(refused, "Needs an ")) << target;
  }
  for (const char* page : {"/app/connectors", "/app/accounts"}) {
    const auto seen = get(page);
    EXPECT_EQ(seen.status, 200U) << page;
    EXPECT_TRUE(has(seen, "<span class=\"tag\">Viewer</span>")) << page;
  }
  for (const char* page :
       {"/app/connectors/acme/link", "/app/accounts/acc_1/unlink",
        "/app/connectors/review/0a/withdraw", "/app/settings/people", "/app/settings/audit",
        "/app/settings/audit/state", "/app/settings/storage"})
    EXPECT_EQ(get(page).status, 403U) << page;
  EXPECT_EQ(post("/signout", "csrf=" + csrf).status, 303U);
}

TEST_F(WebPagesTest, AnOperatorDecidesNothingThatGivesAccess) {
  const auto csrf = sign_in({store::Role::kOperator, ""});
  for (const auto& target : operator_targets(router, "POST")) {
    const auto answer = post(target, "csrf=" + csrf);
    const bool is_decision = target.ends_with("/approve") || target.ends_with("/withdraw") ||
                             target.ends_with("/restart") ||
                             target.find("/flows/") != std::string::npos ||
                             target.starts_with("/app/integrations") ||
                             (target.starts_with("/app/settings/") && !target.ends_with("/test") &&
                              !target.ends_with("/replay"));
    EXPECT_EQ(answer.status == 403, is_decision) << target << " " << answer.status;
  }
  for (const char* page : {"/app/settings/people", "/app/settings/audit",
                           "/app/settings/audit/state", "/app/settings/storage"}) {
    EXPECT_EQ(get(page).status, 403U) << page;
    EXPECT_FALSE(has(get("/app/settings/keys"), std::string("href=\"") + page)) << page;
  }
}

TEST_F(WebPagesTest, ARoleOutlastsTheSessionsRenewal) {
  const auto csrf = sign_in({store::Role::kViewer, ""});
  clock.advance_ms(30 * kMinute);
  EXPECT_EQ(get("/app/accounts").status, 200U) << "puts the session's end off";
  EXPECT_EQ(post("/app/accounts/acc_1/suspend", "csrf=" + csrf).status, 403U);
}

TEST(ActorOf, NamesThePersonOrTheRole) {
  EXPECT_EQ(actor_of({}), "operator");
  EXPECT_EQ(actor_of({store::Role::kViewer, ""}), "viewer");
  EXPECT_EQ(actor_of({store::Role::kAdmin, "Ada"}), "Ada (admin)");
}

// The same file for everybody, in fewer bytes for who takes them.
TEST_F(WebPagesTest, AssetsAreCompressedForWhoTakesThat) {
  const auto sheet = std::string(asset_url("app.css"));
  const auto plain = get(sheet);
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_FALSE(plain.headers.has("Content-Encoding"));
  EXPECT_EQ(plain.body, find_asset(sheet)->bytes);
  for (const char* takes : {"gzip", "br, gzip;q=0.5", "gzip, deflate, br, zstd"}) {
    const auto packed = send({.target = sheet, .headers = {{"Accept-Encoding", takes}}});
    EXPECT_EQ(header(packed, "Content-Encoding"), "gzip") << takes;
    EXPECT_EQ(packed.body, find_asset(sheet)->gzipped);
    EXPECT_LT(packed.body.size() * 2, plain.body.size());
  }
  for (const char* takes : {"", "identity", "br", "gzip;q=0", "x-gzip", "br, gzip;q=0.000"})
    EXPECT_FALSE(send({.target = sheet, .headers = {{"Accept-Encoding", takes}}})
                     .headers.has("Content-Encoding"))
        << takes;
  const auto page = send({.target = "/signin", .headers = {{"Accept-Encoding", "gzip"}}});
  EXPECT_FALSE(page.headers.has("Content-Encoding")) << "pages hold secrets";
}

TEST_F(WebPagesTest, OperatorPagesSendStrangersToSignIn) {
  for (const char* path : {"/app/connectors", "/app/accounts", "/app/accounts/acc_1",
                           "/app/connectors/acme/link", "/app/accounts/acc_1/unlink",
                           "/app/connectors/review/0a", "/app/connectors/review/0a/withdraw"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 303U) << path;
    EXPECT_EQ(header(answer, "Location"), "/signin") << path;
  }
  EXPECT_EQ(send({.target = "/fragments/connectors", .headers = {{"X-Requested-With", "patchbay"}}})
                .status,
            403U);
  EXPECT_EQ(post("/app/accounts/acc_1/suspend", "csrf=x").status, 403U);
  EXPECT_EQ(get("/logos/acme/0").status, 403U);
}

TEST_F(WebPagesTest, AMadeUpOrDoubledSessionCookieOpensNothing) {
  (void)sign_in();
  const std::string good = cookies["__Host-patchbay"];
  cookies.clear();
  for (const std::string& jar :
       {std::string("__Host-patchbay=") + std::string(43, 'A'), "patchbay=" + good,
        "__Host-patchbay=" + good + "; __Host-patchbay=" + std::string(43, 'A'),
        std::string("__Host-patchbay=' OR 1=1 --")}) {
    EXPECT_EQ(send({.target = "/app/connectors", .headers = {{"Cookie", jar}}}).status, 303U)
        << jar;
  }
  cookies["__Host-patchbay"] = good;
  EXPECT_EQ(get("/app/connectors").status, 200U);
}

TEST_F(WebPagesTest, PostsNeedTheSessionsCsrfToken) {
  const std::string csrf = sign_in();
  EXPECT_EQ(post("/signout", "").status, 403U);
  EXPECT_EQ(post("/signout", "csrf=").status, 403U);
  EXPECT_EQ(post("/signout", "csrf=" + csrf + "x").status, 403U);
  EXPECT_EQ(get("/app/connectors").status, 200U) << "still signed in";
  EXPECT_EQ(post("/signout", "csrf=" + csrf).status, 303U);
  EXPECT_EQ(get("/app/connectors").status, 303U);
}

TEST_F(WebPagesTest, AScriptMaySendTheCsrfTokenAsAHeader) {
  const std::string csrf = sign_in();
  EXPECT_EQ(
      send({.method = "POST", .target = "/signout", .headers = {{"X-CSRF-Token", csrf}}}).status,
      303U);
}

TEST_F(WebPagesTest, PostsFromOtherPagesAreRefused) {
  const std::string csrf = sign_in();
  using Headers = std::vector<std::pair<std::string, std::string>>;
  for (const Headers& headers :
       {Headers{}, Headers{{"Origin", "https://evil.example"}}, Headers{{"Origin", "null"}},
        Headers{{"Origin", "https://localhost:8080"}}, Headers{{"Sec-Fetch-Site", "cross-site"}},
        Headers{{"Sec-Fetch-Site", "same-site"}, {"Origin", std::string(kOrigin)}},
        Headers{{"Sec-Fetch-Site", "none"}, {"Origin", std::string(kOrigin)}},
        Headers{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://evil.example"}},
        Headers{{"Origin", std::string(kOrigin)}, {"Origin", std::string(kOrigin)}}}) {
    const auto answer = send({.method = "POST",
                              .target = "/signout",
                              .form = "csrf=" + csrf,
                              .headers = headers,
                              .same_origin = false});
    EXPECT_EQ(answer.status, 403U);
    EXPECT_TRUE(has(answer, "This request came from somewhere else"));
  }
  EXPECT_EQ(send({.method = "POST",
                  .target = "/signout",
                  .form = "csrf=" + csrf,
                  .headers = {{"Origin", std::string(kOrigin)}},
                  .same_origin = false})
                .status,
            303U)
      << "an older browser says its origin alone";
}

TEST_F(WebPagesTest, SigningInFromAnotherPageIsRefused) {
  (void)get(fresh_link());
  const std::string csrf = csrf_of(get("/signin"));
  EXPECT_EQ(send({.method = "POST",
                  .target = "/signin",
                  .form = "csrf=" + csrf,
                  .headers = {{"Origin", "https://evil.example"}},
                  .same_origin = false})
                .status,
            403U);
  EXPECT_EQ(post("/signin", "csrf=wrong").status, 403U);
  EXPECT_EQ(post("/signin", "csrf=" + csrf).status, 303U) << "nothing was used up";
}

TEST_F(WebPagesTest, ASessionEndsWhenItIsNotUsed) {
  (void)sign_in();
  clock.advance_ms(AccessTimes().idle_ms + 1);
  EXPECT_EQ(get("/app/connectors").status, 303U);
}

TEST_F(WebPagesTest, UseKeepsASessionUpToItsAbsoluteEnd) {
  (void)sign_in();
  std::int64_t used = 0;
  while (used + kHour < AccessTimes().absolute_ms) {
    clock.advance_ms(kHour);
    used += kHour;
    ASSERT_EQ(get("/app/connectors").status, 200U) << used;
  }
  clock.advance_ms(kHour);
  EXPECT_EQ(get("/app/connectors").status, 303U);
}

TEST_F(WebPagesTest, PagesForbidFramesScriptsOfOthersReferrersAndIndexing) {
  for (const auto& answer :
       {get("/signin"), get("/app/connectors"), get("/assets/none.css"), post("/signout", "")}) {
    const std::string policy = header(answer, "Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_NE(policy.find("require-trusted-types-for 'script'"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(answer, "X-Robots-Tag"), "noindex, nofollow");
    EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
  }
}

TEST_F(WebPagesTest, AssetsAreCachedForEverUnderTheirExactType) {
  const auto css = get(std::string(asset_url("app.css")));
  EXPECT_EQ(css.status, 200U);
  EXPECT_EQ(header(css, "Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(header(css, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(css, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(get(std::string(asset_url("app.js"))), "Content-Type"),
            "text/javascript; charset=utf-8");
  EXPECT_EQ(get("/assets/app.000000000000.css").status, 404U);
}

TEST_F(WebPagesTest, TheLanguageSwitchSetsACookieAndLeavesACleanAddress) {
  (void)sign_in();
  const auto answer = get("/app/accounts?q=a%26b&lang=de");
  EXPECT_EQ(answer.status, 303U);
  EXPECT_EQ(header(answer, "Location"), "/app/accounts?q=a%26b");
  const auto page = get("/app/accounts");
  EXPECT_TRUE(has(page, "<html lang=\"de\">"));
  EXPECT_TRUE(has(page, "Noch keine Konten"));
  EXPECT_EQ(header(page, "Content-Language"), "de");
  EXPECT_EQ(get("/app/accounts?lang=klingon").status, 200U);
}

TEST_F(WebPagesTest, TheLiveListAnswersNotModifiedUntilSomethingChanges) {
  (void)sign_in();
  const auto first = get("/fragments/connectors");
  EXPECT_EQ(first.status, 200U);
  EXPECT_TRUE(has(first, "No connectors yet"));
  EXPECT_FALSE(has(first, "<html"));
  const std::string tag = header(first, "ETag");
  EXPECT_TRUE(has(get("/app/connectors"), "data-etag=\"&quot;" + tag.substr(1, tag.size() - 2)));
  const auto again = send({.target = "/fragments/connectors", .headers = {{"If-None-Match", tag}}});
  EXPECT_EQ(again.status, 304U);
  EXPECT_TRUE(again.body.empty());
}

TEST_F(WebPagesTest, AConnectLinkLeavesTheAddressAndConsumesNothing) {
  const auto made = connect_session();
  const std::string token(made.token.reveal());
  for (int i = 0; i < 2; ++i) {
    const auto answer = get("/connect/" + token);
    EXPECT_EQ(answer.status, 303U);
    EXPECT_EQ(header(answer, "Location"), "/connect");
    EXPECT_EQ(header(answer, "Set-Cookie"),
              "__Host-patchbay-connect=" + token + "; Path=/; Secure; HttpOnly; SameSite=Lax");
  }
  EXPECT_TRUE(loops.block_on(service.find_session(token)));
  const auto page = get("/connect");
  EXPECT_EQ(page.status, 503U) << "its connector is not there";
  EXPECT_TRUE(has(page, "Not available right now"));
  EXPECT_FALSE(has(page, token));
}

TEST_F(WebPagesTest, ConnectLinksThatAreOverAreToldPlainly) {
  EXPECT_TRUE(has(get("/connect"), "Open your link again"));
  EXPECT_EQ(get("/connect/short").status, 404U);

  (void)get("/connect/" + std::string(43, 'A'));
  const auto unknown = get("/connect");
  EXPECT_EQ(unknown.status, 404U);
  EXPECT_TRUE(has(unknown, "This link is not valid"));

  const auto expiring = connect_session(60);
  (void)get("/connect/" + std::string(expiring.token.reveal()));
  clock.advance_ms(61'000);
  const auto expired = get("/connect");
  EXPECT_EQ(expired.status, 410U);
  EXPECT_TRUE(has(expired, "This link has expired"));

  const auto used = connect_session();
  ASSERT_TRUE(store.transact_blocking([&](store::Database& db) {
    return store::connect_sessions_table::claim(db, used.session.id, "acc_1", clock.unix_ms());
  }));
  (void)get("/connect/" + std::string(used.token.reveal()));
  const auto page = get("/connect");
  EXPECT_EQ(page.status, 410U);
  EXPECT_TRUE(has(page, "This link has been used"));
}

TEST_F(WebPagesTest, AConnectPageOfAnEarlierLinkSendsNothing) {
  const auto first = connect_session();
  const auto second = connect_session();
  const std::string old_csrf = csrf_from("connect", first.token.reveal());
  (void)get("/connect/" + std::string(second.token.reveal()));
  const auto answer = post("/connect", "csrf=" + old_csrf + "&field.secret=hunter2");
  EXPECT_EQ(answer.status, 403U);
  EXPECT_TRUE(has(answer, "Another link was opened meanwhile"));
  EXPECT_FALSE(has(answer, "hunter2"));
}

TEST_F(WebPagesTest, ConnectingFromAnotherPageIsRefused) {
  const auto made = connect_session();
  (void)get("/connect/" + std::string(made.token.reveal()));
  const std::string csrf = csrf_from("connect", made.token.reveal());
  for (const char* path : {"/connect", "/connect/cancel"}) {
    EXPECT_EQ(send({.method = "POST",
                    .target = path,
                    .form = "csrf=" + csrf,
                    .headers = {{"Origin", "https://evil.example"}},
                    .same_origin = false})
                  .status,
              403U)
        << path;
    EXPECT_EQ(post(path, "csrf=wrong").status, 403U) << path;
  }
}

TEST_F(WebPagesTest, TheStatusOfAConnectTellsNobodyWithoutItsLink) {
  EXPECT_EQ(get("/connect/status").body, R"({"state":"none","cancelling":false})");
  EXPECT_EQ(header(get("/connect/result"), "Location"), "/connect");
}

TEST_F(WebPagesTest, TheAccountsPageSaysWhatToDoWhenThereAreNone) {
  (void)sign_in();
  const auto page = get("/app/accounts");
  EXPECT_TRUE(has(page, "No accounts yet"));
  EXPECT_TRUE(has(page, "href=\"/app/connectors\""));
  EXPECT_EQ(get("/app/accounts/acc_missing").status, 404U);
}

TEST_F(WebPagesTest, LinkingWithAConnectorThatIsGoneSaysSo) {
  const std::string csrf = sign_in();
  EXPECT_EQ(get("/app/connectors/acme/link").status, 404U);
  const auto answer =
      post("/app/connectors/acme/link", "csrf=" + csrf + "&owner_id=1&owner_name=One&how=here");
  EXPECT_EQ(answer.status, 404U);
  EXPECT_FALSE(cookies.contains("__Host-patchbay-connect"));
}

TEST_F(WebPagesTest, WhatIsNotInTheFolderCanBeNeitherLookedAtNorDecidedAbout) {
  const std::string csrf = sign_in();
  const std::string review = "/app/connectors/review/" + std::string(64, 'a');
  for (const auto& path : {review, review + "/withdraw"}) {
    const auto page = get(path);
    EXPECT_EQ(page.status, 404U) << path;
    EXPECT_TRUE(has(page, "This file is no longer there")) << path;
  }
  for (const auto* decision : {"/approve", "/withdraw"}) {
    const auto answer = post(review + decision, "csrf=" + csrf);
    EXPECT_EQ(answer.status, 303U) << decision;
    EXPECT_EQ(header(answer, "Location"), "/app/connectors");
    const auto list = get("/app/connectors");
    EXPECT_TRUE(has(list, "what you looked at is no longer in the folder")) << decision;
    EXPECT_TRUE(has(list, "role=\"alert\"")) << decision;
    EXPECT_FALSE(has(get("/app/connectors"), "what you looked at")) << "it is said once";
  }
  EXPECT_EQ(post("/app/connectors/acme/restart", "csrf=" + csrf).status, 404U);
}

TEST_F(WebPagesTest, DecidingNeedsAnOwnPageASessionAndItsToken) {
  const std::string csrf = sign_in();
  const std::string review = "/app/connectors/review/" + std::string(64, 'a');
  for (const auto& path :
       {review + "/approve", review + "/withdraw", std::string("/app/connectors/acme/restart")}) {
    EXPECT_EQ(post(path, "").status, 403U) << path;
    EXPECT_EQ(post(path, "csrf=" + csrf + "x").status, 403U) << path;
    EXPECT_EQ(send({.method = "POST",
                    .target = path,
                    .form = "csrf=" + csrf,
                    .headers = {{"Origin", "https://evil.example"}},
                    .same_origin = false})
                  .status,
              403U)
        << path;
    EXPECT_EQ(get(path).status, path.ends_with("/withdraw") ? 404U : 405U)
        << path << ": looking decides nothing";
  }
  cookies.clear();
  EXPECT_EQ(post(review + "/approve", "csrf=" + csrf).status, 403U);
}

TEST_F(WebPagesTest, AConnectorMayBeCalledLikeTheFolderOfTheReviewPages) {
  (void)sign_in();
  EXPECT_TRUE(has(get("/app/connectors/review/link"), "This connector is not available"));
}

TEST_F(WebPagesTest, ErrorPagesLookLikeTheRest) {
  net::Request request;
  request.headers.add("Accept-Language", "de");
  const auto page = pages.error_page(request, 404);
  EXPECT_EQ(page.status, 404U);
  EXPECT_TRUE(has(page, "Hier gibt es nichts"));
  EXPECT_FALSE(header(page, "Content-Security-Policy").empty());
}

}  // namespace
}  // namespace patchbay::web
