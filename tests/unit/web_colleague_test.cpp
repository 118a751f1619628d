// A connect link that is passed on to a colleague: what the second link opens, and who is told
// what. The connectors folder is empty (tests/browser walks the whole journey).
#include "base/hash.h"
#include "web/colleague_pages.h"
#include "web/connect_access.h"
#include "web/request_checks.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

using accounts::PassedOnLinks;
using store::ConnectSession;

constexpr std::string_view kCookie = "__Host-patchbay-connect";

struct ColleagueTest : WebPagesTest {
  ColleagueTest() { audit.kinds.clear(); }

  Result<ConnectSession> pass_on(const accounts::NewSession& by) {
    return loops.block_on(
        service.passed_on().pass_on(by.session, by.token, "acme", "int_1", {.peer = "::1"}));
  }
  [[nodiscard]] static std::string token_of(const accounts::NewSession& by,
                                            const ConnectSession& passed_on) {
    return std::string(accounts::passed_on_token(by.token, passed_on.id).reveal());
  }
  void come_by(std::string_view token) {
    cookies.clear();
    EXPECT_EQ(get("/connect/" + std::string(token)).status, 303U);
  }
  void link_by(const ConnectSession& session) {
    ASSERT_TRUE(store.transact_blocking([&](store::Database& db) {
      return store::connect_sessions_table::claim(db, session.id, "acc_1", clock.unix_ms());
    }));
  }
  ErrorCode code_of(const std::string& token) {
    return loops.block_on(service.find_session(token)).error().code;
  }

  accounts::NewSession made = connect_session();
  std::string own_token{made.token.reveal()};
  std::string csrf = connect_csrf(own_token);
};

TEST_F(ColleagueTest, ThePassedOnLinkLeadsToTheSameConnection) {
  const auto passed_on = pass_on(made).value();
  const std::string token = token_of(made, passed_on);
  EXPECT_TRUE(looks_like_token(token));
  const auto opened = loops.block_on(service.find_session(token)).value();
  EXPECT_EQ(opened.id, passed_on.id);
  EXPECT_EQ(opened.owner_id, "owner-1");
  EXPECT_EQ(opened.connector_id, "acme");
  EXPECT_EQ(opened.integration_id, "int_1");
  EXPECT_EQ(opened.passed_on_by, made.session.id);
  EXPECT_EQ(opened.token_hash, sha256_hex(token));
  EXPECT_EQ(opened.expires, clock.unix_ms() + PassedOnLinks::kValidMs);
  EXPECT_TRUE(loops.block_on(service.find_session(own_token))) << "the first one stays open";
  EXPECT_EQ(audit.kinds, std::vector<std::string>{"connect_session.passed_on"});
}

TEST_F(ColleagueTest, ALongerSessionGivesItsOwnTime) {
  const auto month = connect_session(30LL * 24 * 3600);
  EXPECT_EQ(pass_on(month)->expires, month.session.expires);
}

TEST_F(ColleagueTest, AskingAgainGivesTheSameLink) {
  const auto first = pass_on(made).value();
  EXPECT_EQ(pass_on(made)->id, first.id);
  EXPECT_EQ(audit.kinds.size(), 1U);
}

TEST_F(ColleagueTest, AColleagueCannotPassItOnAgain) {
  accounts::NewSession theirs{pass_on(made).value(), {}};
  theirs.token = accounts::passed_on_token(made.token, theirs.session.id);
  EXPECT_EQ(pass_on(theirs).error().code, ErrorCode::kConflict);
  come_by(theirs.token.reveal());
  EXPECT_EQ(
      header(post("/connect/colleague", "csrf=" + connect_csrf(theirs.token.reveal())), "Location"),
      "/connect");
  EXPECT_FALSE(loops.block_on(service.passed_on().last_of(theirs.session))->has_value());
}

TEST_F(ColleagueTest, ALinkIsPassedOnSoOftenAndNoMore) {
  for (int i = 0; i < PassedOnLinks::kMost; ++i) {
    ASSERT_TRUE(pass_on(made)) << i;
    ASSERT_TRUE(loops.block_on(service.passed_on().take_back(made.session)));
  }
  EXPECT_EQ(pass_on(made).error().code, ErrorCode::kTooLarge);
}

TEST_F(ColleagueTest, WhatCannotBeRecordedIsNotPassedOn) {
  audit.full = true;
  EXPECT_EQ(pass_on(made).error().code, ErrorCode::kStorage);
  EXPECT_FALSE(loops.block_on(service.passed_on().last_of(made.session))->has_value());
}

TEST_F(ColleagueTest, ThePageWaitsAndShowsTheLinkAgain) {
  const auto passed_on = pass_on(made).value();
  const std::string link = std::string(kOrigin) + "/connect/" + token_of(made, passed_on);
  come_by(own_token);
  EXPECT_EQ(header(get("/connect"), "Location"), "/connect/colleague");
  for (int i = 0; i < 2; ++i) {
    const auto page = get("/connect/colleague");
    EXPECT_EQ(page.status, 200U);
    EXPECT_TRUE(has(page, "Waiting for your colleague"));
    EXPECT_TRUE(has(page, "value=\"" + link + "\"")) << i;
    EXPECT_TRUE(has(page, "href=\"mailto:?subject="));
    EXPECT_FALSE(has(page, own_token));
    EXPECT_TRUE(page.secret);
    EXPECT_EQ(header(page, "Referrer-Policy"), "no-referrer");
  }
  EXPECT_EQ(get("/connect/colleague/status").body, "waiting");
  // The form stays within reach; its connector is not there.
  EXPECT_EQ(get("/connect?here=1").status, 503U);
}

TEST_F(ColleagueTest, TheLinkOpensWithoutTheFirstBrowsersCookie) {
  const auto passed_on = pass_on(made).value();
  come_by(token_of(made, passed_on));
  EXPECT_EQ(cookies[std::string(kCookie)], token_of(made, passed_on));
  EXPECT_EQ(get("/connect").status, 503U) << "the connect page; its connector is not there";
  EXPECT_EQ(header(get("/connect/colleague"), "Location"), "/connect");
  EXPECT_EQ(get("/connect/colleague/status").body, "none");
  EXPECT_EQ(get("/manage").status, 410U);
  EXPECT_EQ(header(get("/app/accounts"), "Location"), "/signin");
}

TEST_F(ColleagueTest, TheFirstBrowserIsToldThatTheColleagueLinked) {
  const auto passed_on = pass_on(made).value();
  clock.advance_ms(kHour);  // the session's own time is over
  come_by(own_token);
  EXPECT_EQ(get("/connect/colleague/status").body, "waiting");
  EXPECT_FALSE(has(get("/connect/colleague"), "Connect here after all"));
  link_by(passed_on);
  EXPECT_EQ(get("/connect/colleague/status").body, "linked");
  EXPECT_EQ(header(get("/connect"), "Location"), "/connect/colleague");
  EXPECT_TRUE(has(get("/connect/colleague"), "Your colleague has connected acme"));
  EXPECT_TRUE(has(get("/connect/colleague?lang=de"), "")) << "a switch of language stays here";
  // The colleague's own link was used, in plain words.
  come_by(token_of(made, passed_on));
  EXPECT_TRUE(has(get("/connect"), "This link has been used"));
}

TEST_F(ColleagueTest, AColleagueWhoComesSecondIsToldSo) {
  const auto passed_on = pass_on(made).value();
  link_by(made.session);
  EXPECT_EQ(code_of(token_of(made, passed_on)), ErrorCode::kConflict);
  come_by(token_of(made, passed_on));
  const auto page = get("/connect");
  EXPECT_EQ(page.status, 410U);
  EXPECT_TRUE(has(page, "It is connected already"));
}

TEST_F(ColleagueTest, ALinkThatWasTakenBackOpensNothing) {
  const auto passed_on = pass_on(made).value();
  come_by(own_token);
  EXPECT_EQ(post("/connect/colleague/take-back", "csrf=wrong").status, 403U);
  EXPECT_TRUE(loops.block_on(service.find_session(token_of(made, passed_on))));
  EXPECT_EQ(header(post("/connect/colleague/take-back", "csrf=" + csrf), "Location"), "/connect");
  EXPECT_EQ(code_of(token_of(made, passed_on)), ErrorCode::kConflict);
  EXPECT_EQ(get("/connect").status, 503U) << "the form is back; its connector is not there";
  EXPECT_EQ(audit.kinds,
            (std::vector<std::string>{"connect_session.passed_on", "connect_session.taken_back"}));
  come_by(token_of(made, passed_on));
  EXPECT_TRUE(has(get("/connect"), "This link was taken back"));
}

TEST_F(ColleagueTest, ARevokedSessionTakesWhatItPassedOnAlong) {
  const auto passed_on = pass_on(made).value();
  ASSERT_TRUE(store.transact_blocking([&](store::Database& db) {
    return store::connect_sessions_table::cancel(db, made.session.id);
  }));
  EXPECT_EQ(code_of(token_of(made, passed_on)), ErrorCode::kConflict);
  EXPECT_EQ(pass_on(made).error().code, ErrorCode::kConflict);
  come_by(token_of(made, passed_on));
  EXPECT_EQ(get("/connect").status, 410U);
}

TEST_F(ColleagueTest, AnExpiredOrTamperedLinkOpensNothing) {
  const auto passed_on = pass_on(made).value();
  std::string token = token_of(made, passed_on);
  clock.advance_ms(PassedOnLinks::kValidMs);
  EXPECT_EQ(code_of(token), ErrorCode::kExpired);
  come_by(token);
  EXPECT_TRUE(has(get("/connect"), "This link has expired"));
  come_by(own_token);
  EXPECT_EQ(header(get("/connect/colleague"), "Location"), "/connect");
  EXPECT_EQ(get("/connect").status, 410U);
  token.front() = token.front() == 'A' ? 'B' : 'A';
  EXPECT_EQ(code_of(token), ErrorCode::kNotFound);
}

TEST_F(ColleagueTest, ALinkOfAnyProjectWorksAndStaysInItsOwn) {
  ASSERT_TRUE(store.transact_blocking([](store::Database& db) {
    return store::projects_table::insert(db, {"prj_2", "Other", 1});
  }));
  accounts::SessionRequest wanted;
  wanted.project_id = "prj_2";
  wanted.owner_id = "owner-1";
  wanted.owner_name = "Owner";
  wanted.connector_id = "acme";
  const auto theirs = loops.block_on(service.create_session(std::move(wanted))).value();
  const auto passed_on = pass_on(theirs).value();
  EXPECT_EQ(passed_on.project_id, "prj_2");
  come_by(std::string(theirs.token.reveal()));
  EXPECT_EQ(header(get("/connect"), "Location"), "/connect/colleague");
  EXPECT_EQ(get("/connect/colleague/status").body, "waiting");
  come_by(token_of(theirs, passed_on));
  EXPECT_EQ(get("/connect").status, 503U) << "the connect page; its connector is not there";
  const auto found = loops.block_on(service.find_session(token_of(theirs, passed_on)));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->project_id, "prj_2");
}

TEST_F(ColleagueTest, PassingOnNeedsAnOwnPageAndItsToken) {
  come_by(own_token);
  for (const auto* target : {"/connect/colleague", "/connect/colleague/take-back"}) {
    EXPECT_EQ(post(target, "csrf=wrong").status, 403U) << target;
    EXPECT_EQ(
        send({.method = "POST", .target = target, .form = "csrf=" + csrf, .same_origin = false})
            .status,
        403U)
        << target;
  }
  const std::string posted = "csrf=" + csrf + "&connector=acme";
  EXPECT_EQ(header(post("/connect/colleague", posted), "Location"), "/connect")
      << "its connector is not there";
  cookies.clear();
  EXPECT_EQ(post("/connect/colleague", posted).status, 403U);
  EXPECT_FALSE(loops.block_on(service.passed_on().last_of(made.session))->has_value());
}

}  // namespace
}  // namespace patchbay::web
