// `patchbay preview`: who gets in, what is shown, and that it follows the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "author/json_lines.h"
#include "author/preview_pages.h"
#include "manifest_fixture.h"
#include "net/loops.h"
#include "web/request_checks.h"

namespace patchbay::author {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// A browser as far as these tests need one.
class PreviewTest : public testing::Test {
 protected:
  PreviewTest() {
    save(manifest::small_manifest());
    file_.look();
    pages_.add_routes(router_);
  }
  ~PreviewTest() override { fs::remove_all(folder_); }

  void save(const std::string& text) const { std::ofstream(folder_ + "/manifest.json") << text; }

  net::Response send(const std::string& method, const std::string& target,
                     const std::string& form = {}, bool own_page = true) {
    net::Request request;
    request.method = method;
    request.target = target;
    request.host = "localhost:8080";
    EXPECT_TRUE(net::decode_target(target, request));
    if (!cookie_.empty()) request.headers.add("Cookie", cookie_);
    if (method == "POST") {
      request.headers.add("Content-Type", "application/x-www-form-urlencoded");
      request.headers.add("Sec-Fetch-Site", own_page ? "same-origin" : "cross-site");
      request.body = SecretString(form);
    }
    auto response = loops_.block_on(router_.dispatch(request));
    if (const auto set = response.headers.get("Set-Cookie"))
      cookie_ = std::string(set->substr(0, set->find(';')));
    return response;
  }
  std::string get(const std::string& target) { return send("GET", target).body; }
  std::string open() {
    EXPECT_EQ(send("GET", std::string(pages_.link_path().reveal())).status, 303);
    return get("/connect");
  }
  static std::string csrf_in(const std::string& page) {
    const auto at = page.find("name=\"csrf\" value=\"") + 19;
    return page.substr(at, page.find('"', at) - at);
  }

  static std::string made_folder() {
    std::string folder = "/tmp/patchbay-preview-XXXXXX";
    return ::mkdtemp(folder.data());
  }

  std::string folder_ = made_folder();
  net::LoopPool loops_{1};
  OsRandom random_;
  WatchedManifest file_{folder_ + "/manifest.json"};
  PreviewPages pages_{file_, random_};
  net::Router router_;
  std::string cookie_;
};

TEST_F(PreviewTest, ShowsTheConnectPageOfTheManifest) {
  const auto page = open();
  EXPECT_THAT(page, HasSubstr("name=\"field.company\""));
  EXPECT_THAT(page, HasSubstr("id=\"guide\""));
  EXPECT_THAT(page, HasSubstr("data-reload=\"/version\" data-version=\"1\""));
}

TEST_F(PreviewTest, TheLinkWorksOnceAndOnlyThere) {
  for (const char* target : {"/connect", "/version", "/show?white_label=1", "/logos/acme/x"})
    EXPECT_EQ(send("GET", target).status, 403) << target;
  EXPECT_EQ(send("GET", "/preview/" + std::string(43, 'A')).status, 403);
  open();
  const auto mine = cookie_;
  cookie_.clear();
  EXPECT_EQ(send("GET", std::string(pages_.link_path().reveal())).status, 403);
  EXPECT_EQ(cookie_, "");
  EXPECT_EQ(send("GET", "/connect").status, 403);
  cookie_ = mine;
  EXPECT_EQ(send("GET", "/connect").status, 200);
}

TEST_F(PreviewTest, ProblemsAreShownWithLineRuleAndSource) {
  open();
  auto broken = manifest::small_manifest();
  const std::string before = "\"renewal\":\"mint_anew\"";
  broken.replace(broken.find(before), before.size(), "\"renewal\":\"<b>now</b>\"");
  save(broken);
  const auto page = get("/connect");
  EXPECT_THAT(page, HasSubstr("Line 5"));
  EXPECT_THAT(page, HasSubstr("<code>schema</code>"));
  EXPECT_THAT(page, HasSubstr("/auth_methods/0/renewal"));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;now"));
  EXPECT_THAT(page, Not(HasSubstr("<b>now")));
  EXPECT_EQ(get("/version"), "2");
  save(manifest::small_manifest());
  EXPECT_THAT(get("/connect"), HasSubstr("name=\"field.company\""));
}

TEST_F(PreviewTest, AFileThatGoesAwayOrIsNoneIsAProblemToo) {
  open();
  fs::remove(file_.path());
  EXPECT_THAT(get("/connect"), HasSubstr("read: No such file"));
  const auto version = get("/version");
  EXPECT_EQ(get("/version"), version) << "the page would load itself for ever";
  ASSERT_EQ(::mkfifo(file_.path().c_str(), 0600), 0);
  EXPECT_THAT(get("/connect"), HasSubstr("it is not a file"));
  fs::remove(file_.path());
  save(std::string(5U << 20U, ' '));
  EXPECT_THAT(get("/connect"), HasSubstr("<code>json</code>"));
}

TEST_F(PreviewTest, LanguageLookAndFormAreChosen) {
  open();
  send("GET", "/show?language=de");
  const auto german = get("/connect");
  EXPECT_THAT(german, HasSubstr("<html lang=\"de\">"));
  EXPECT_THAT(german, HasSubstr("Vorschau"));
  send("GET", "/show?white_label=1");
  EXPECT_THAT(get("/connect"), Not(HasSubstr("Patchbay</span>")));
  send("GET", "/show?language=%22%3E%3Cscript%3E");
  EXPECT_THAT(get("/connect"), Not(HasSubstr("<script>")));
}

TEST_F(PreviewTest, TheFormSaysWhatItThinksOfValuesAndForgetsSecrets) {
  const auto csrf = csrf_in(open());
  const auto typed = "csrf=" + csrf + "&field.company=not+a+label&field.secret=s3cret-value";
  EXPECT_EQ(send("POST", "/connect", typed).status, 303);
  const auto page = get("/connect");
  EXPECT_THAT(page, HasSubstr("field-error"));
  EXPECT_THAT(page, HasSubstr("not a label"));
  EXPECT_THAT(page, Not(HasSubstr("s3cret-value")));
  EXPECT_THAT(get("/connect"), Not(HasSubstr("not a label"))) << "shown once";
}

TEST_F(PreviewTest, ForeignPagesCanPostNothing) {
  const auto csrf = csrf_in(open());
  EXPECT_EQ(send("POST", "/connect", "csrf=" + csrf, false).status, 403);
  EXPECT_EQ(send("POST", "/connect", "csrf=wrong").status, 403);
}

TEST(JsonLines, KnowsWhereValuesStand) {
  const JsonLines lines("{\n \"a\": [1,\n  {\"b/c\": \"x\\\"y\"}],\n \"d\": {}\n}");
  EXPECT_EQ(lines.of(""), 1U);
  EXPECT_EQ(lines.of("/a"), 2U);
  EXPECT_EQ(lines.of("/a/1"), 3U);
  EXPECT_EQ(lines.of("/a/1/b~1c"), 3U);
  EXPECT_EQ(lines.of("/d"), 4U);
  EXPECT_EQ(lines.of("/d/missing/deep"), 4U);
  EXPECT_EQ(lines.of("/none"), 1U);
}

TEST(JsonLines, StopsAtTheFault) {
  EXPECT_EQ(JsonLines("{\n\"a\": 1\n\"b\": 2}").end(), 3U);
  EXPECT_EQ(JsonLines("{\n\"a\": \"open\n}").end(), 2U);
  EXPECT_EQ(JsonLines("").end(), 1U);
  EXPECT_EQ(JsonLines(std::string(100'000, '[')).of("/0"), 1U);
}

}  // namespace
}  // namespace patchbay::author
