// Trying an account's actions on the pages: what the form makes of a schema, what goes to the
// provider, and what does not.
#include <algorithm>

#include "served_api_fixture.h"
#include "web/json_text.h"
#include "web/playground_form.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

std::string add_action() {
  return test::action(
      "add",
      R"({"type":"object","additionalProperties":false,"required":["name"],"properties":{)"
      R"("name":{"type":"string","maxLength":20},"age":{"type":"integer","minimum":1},)"
      R"("level":{"type":["integer","null"],"enum":[1,2,null]},"remote":{"type":"boolean"},)"
      R"("tags":{"type":"array","items":{"type":"string"}},"born":{"type":"string","format":"date"},)"
      R"("address":{"type":"object","required":["city"],"properties":{"city":{"type":"string"}}}}})",
      R"("token":"main","request":{"method":"POST","host":"api.acme.example","path":"/v1/people",)"
      R"("body":{"kind":"json","parameters":[{"name":"/name","input":"name"},{"name":"/age","input":"age"},)"
      R"({"name":"/level","input":"level"},{"name":"/remote","input":"remote"},{"name":"/tags","input":"tags"},)"
      R"({"name":"/born","input":"born"},{"name":"/address","input":"address"}]}},"result":{"kind":"object"})",
      "{}");
}

std::string wipe_action() {
  return test::action("wipe",
                      R"({"type":"object","additionalProperties":false,"required":["id"],)"
                      R"("properties":{"id":{"type":"string"}}})",
                      R"("token":"main","request":{"method":"DELETE","host":"api.acme.example",)"
                      R"("path":"/v1/people/{id}"},"result":{"kind":"none"})",
                      R"({"destructive":true})");
}

std::string all_actions() {
  return "[" + test::ApiTest::list_action() + "," + add_action() + "," + wipe_action() + "]";
}

struct WebPlaygroundTest : testing::Test, PageBrowser {
  WebPlaygroundTest() {
    pages.add_routes(served.router);
    allow(R"(["acme_list","acme_add","acme_wipe"])");
    csrf = sign_in({store::Role::kAdmin, "Ada"});
  }
  net::Response dispatch(net::Request& request) override {
    return served.hub.loops.block_on(served.router.dispatch(request));
  }
  std::string fresh_link(const Person& person) override {
    return std::string(
        create_signin_link(served.hub.store(), served.hub.clock, served.hub.random, person)
            ->reveal());
  }
  void allow(const std::string& ids) {
    served.hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY(db.execute("UPDATE integrations SET allowed_actions = ?", {ids}));
      return {};
    });
  }
  net::Response submit(const std::string& action, const std::string& form) {
    return post("/app/accounts/acc_1/actions/" + action, "csrf=" + csrf + "&" + form);
  }
  [[nodiscard]] std::size_t sent() const { return served.hub.provider.requests.size(); }
  [[nodiscard]] std::string sent_body() const {
    return std::string(served.hub.provider.requests.back().body.reveal());
  }
  [[nodiscard]] std::ptrdiff_t recorded(std::string_view kind) const {
    return std::ranges::count(served.hub.audit_log.events, kind, &audit::AuditEvent::kind);
  }

  test::ServedHub served{all_actions()};
  Pages pages{{.accounts = served.accounts,
               .services = served.services,
               .api = served.served.api(),
               .registry = *served.hub.registry,
               .store = served.hub.store(),
               .clock = served.hub.clock,
               .random = served.hub.random,
               .audit = &served.hub.audit_log}};
  std::string csrf;
};

TEST_F(WebPlaygroundTest, OffersWhatTheIntegrationAllowsAndNoMore) {
  allow(R"(["acme_list"])");
  const auto list = get("/app/accounts/acc_1/actions");
  EXPECT_EQ(list.status, 200U);
  EXPECT_TRUE(has(list, "/actions/acme_list"));
  EXPECT_FALSE(has(list, "acme_add"));
  EXPECT_EQ(get("/app/accounts/acc_1/actions/acme_add").status, 404U);
  EXPECT_EQ(submit("acme_add", "how=run&in.name=Ada").status, 404U);
  EXPECT_EQ(sent(), 0U);
  EXPECT_TRUE(has(get("/app/accounts/acc_1/actions?q=nonsense"), "No action fits"));
  allow("[]");
  EXPECT_TRUE(has(get("/app/accounts/acc_1/actions"), "No action is allowed"));
}

TEST_F(WebPlaygroundTest, RunsAsApplicationsDo) {
  served.hub.provider.answer(
      200, R"({"data":[{"id":"7","name":"<Ada>","tags":["x"]},{"id":"8","name":null}]})");
  const auto page = submit("acme_list", "how=run&in.team=a%26b");
  ASSERT_EQ(page.status, 200U) << page.body;
  EXPECT_TRUE(page.secret) << "what came is personal data: its bytes are wiped";
  EXPECT_TRUE(has(page, "&lt;Ada&gt;"));
  EXPECT_TRUE(has(page, "2 records"));
  EXPECT_TRUE(has(page, "value=\"a&amp;b\"")) << "what was entered stays";
  ASSERT_EQ(sent(), 1U);
  EXPECT_NE(served.hub.provider.requests[0].url.find("team=a%26b"), std::string::npos);
  EXPECT_FALSE(has(page, "token-1"));
  EXPECT_EQ(recorded("action.called"), 1);
  EXPECT_EQ(served.hub.audit_log.events.back().actor, "Ada (admin)");
  served.hub.loops.block_on(served.served.logs().flush());
  const auto log = served.hub.store()
                       .read_blocking([](store::Database& db) {
                         store::LogFilter filter;
                         filter.project_id = "prj_1";
                         return store::request_logs_table::list(db, filter);
                       })
                       .value();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].source, "pages");
  EXPECT_EQ(log[0].action_id, "acme_list");
}

TEST_F(WebPlaygroundTest, GoesOnWithTheNextPage) {
  served.hub.provider.answer(
      200, R"({"data":[{"id":"7"}],"next":"https://api.acme.example/v1/people?after=7"})");
  const auto first = submit("acme_list", "how=run&in.team=a&in.page_size=1");
  const std::string mark = "name=\"next\" value=\"";
  const auto at = first.body.find(mark);
  ASSERT_NE(at, std::string::npos);
  const auto begin = at + mark.size();
  const auto next = first.body.substr(begin, first.body.find('"', begin) - begin);
  served.hub.provider.answer(200, R"({"data":[{"id":"8"}]})");
  const auto second = submit("acme_list", "how=run&in.team=a&in.page_size=1&next=" + next);
  ASSERT_EQ(second.status, 200U);
  EXPECT_FALSE(has(second, mark));
  EXPECT_NE(served.hub.provider.requests[1].url.find("after=7"), std::string::npos);
  EXPECT_EQ(submit("acme_list", "how=run&in.team=other&next=" + next).status, 400U)
      << "a page token is for the input it was made with";
}

TEST_F(WebPlaygroundTest, WritesEachTypeOfInput) {
  served.hub.provider.answer(200, R"({"id":"9"})");
  const auto page =
      submit("acme_add",
             "how=run&in.name=Ada&in.age=36&in.level=2&in.remote=false&in.tags=a%0D%0A%0D%0A+b+&"
             "in.born=1815-12-10&in.address=%7B%22city%22%3A%22London%22%7D");
  ASSERT_EQ(page.status, 200U) << page.body;
  EXPECT_EQ(sent_body(), R"({"name":"Ada","age":36,"level":2,"remote":false,"tags":["a","b"],)"
                         R"("born":"1815-12-10","address":{"city":"London"}})");
  served.hub.provider.answer(200, R"({"id":"10"})");
  EXPECT_EQ(submit("acme_add", "how=run&in.name=Ada&in.age=&in.tags=+").status, 200U);
  EXPECT_EQ(sent_body(), R"({"name":"Ada"})") << "what is empty is left out";
}

TEST_F(WebPlaygroundTest, MistakesStandAtTheirFieldsAndNothingIsSent) {
  for (const auto* form :
       {"how=run", "how=run&in.name=Ada&in.age=old", "how=run&in.name=Ada&in.age=0",
        "how=run&in.name=Ada&in.level=3", "how=run&in.name=Ada&in.address=%7B",
        "how=run&in.name=Ada&in.address=%7B%7D", "how=plan&in.name=123456789012345678901"}) {
    const auto page = submit("acme_add", form);
    EXPECT_EQ(page.status, 422U) << form;
    EXPECT_TRUE(has(page, "-fault\">")) << form;
    EXPECT_TRUE(has(page, "aria-invalid=\"true\"")) << form;
  }
  const auto kept = submit("acme_add", "how=run&in.name=%3Cb%3E&in.age=old");
  EXPECT_TRUE(has(kept, "value=\"&lt;b&gt;\""));
  EXPECT_TRUE(has(kept, "value=\"old\""));
  EXPECT_EQ(sent(), 0U);
}

TEST_F(WebPlaygroundTest, ADryRunShowsTheRequestWithoutTheCredential) {
  const auto page = submit("acme_add", "how=plan&in.name=Ada");
  EXPECT_EQ(page.status, 200U);
  EXPECT_TRUE(has(page, "https://api.acme.example/v1/people"));
  EXPECT_TRUE(has(page, "&quot;Ada&quot;"));
  EXPECT_FALSE(has(page, "token-1"));
  EXPECT_FALSE(has(page, "Authorization"));
  EXPECT_EQ(sent(), 0U);
  EXPECT_EQ(recorded("action.dry_run"), 1);
  EXPECT_EQ(recorded("action.called"), 0);
}

TEST_F(WebPlaygroundTest, WhatDeletesIsAskedAboutFirst) {
  const auto asked = submit("acme_wipe", "how=run&in.id=7");
  EXPECT_EQ(asked.status, 200U);
  EXPECT_TRUE(has(asked, "name=\"confirmed\" value=\"yes\""));
  EXPECT_TRUE(has(asked, "/v1/people/7")) << "says what would be sent";
  EXPECT_EQ(sent(), 0U);
  EXPECT_EQ(recorded("action.called"), 0);
  served.hub.provider.answer(204, "");
  const auto done = submit("acme_wipe", "how=run&confirmed=yes&in.id=7");
  EXPECT_EQ(done.status, 200U);
  EXPECT_TRUE(has(done, "It worked."));
  ASSERT_EQ(sent(), 1U);
  EXPECT_EQ(served.hub.provider.requests[0].method, "DELETE");
}

TEST_F(WebPlaygroundTest, TheProvidersRefusalIsToldWithItsSentence) {
  served.hub.provider.answer(403, R"({"message":"Not <yours>"})");
  const auto page = submit("acme_add", "how=run&in.name=Ada");
  EXPECT_GE(page.status, 400U);
  EXPECT_TRUE(has(page, "Not &lt;yours&gt;"));
  EXPECT_TRUE(has(page, "role=\"alert\""));
  EXPECT_TRUE(has(page, "value=\"Ada\""));
}

TEST_F(WebPlaygroundTest, WhatCannotBeRecordedIsNotRun) {
  served.hub.audit_log.failure = make_error(ErrorCode::kStorage, "full");
  EXPECT_EQ(submit("acme_list", "how=run").status, 503U);
  EXPECT_EQ(sent(), 0U);
}

TEST_F(WebPlaygroundTest, ASuspendedAccountRunsNothing) {
  served.hub.change([](store::Database& db) {
    return store::accounts_table::suspend(db, "prj_1", "acc_1", "", 2);
  });
  const auto page = submit("acme_list", "how=run");
  EXPECT_EQ(page.status, 412U);
  EXPECT_EQ(sent(), 0U);
}

TEST_F(WebPlaygroundTest, IsForOperatorsOfThisProject) {
  EXPECT_EQ(get("/app/accounts/acc_other/actions").status, 404U);
  csrf = sign_in({store::Role::kViewer, ""});
  EXPECT_EQ(get("/app/accounts/acc_1/actions").status, 403U);
  EXPECT_EQ(get("/app/accounts/acc_1/actions/acme_list").status, 403U);
  EXPECT_EQ(submit("acme_list", "how=run").status, 403U);
  csrf = sign_in({store::Role::kOperator, ""});
  served.hub.provider.answer(200, R"({"data":[]})");
  EXPECT_EQ(submit("acme_list", "how=run").status, 200U);
}

TEST(IndentedJson, IsReadableAndBounded) {
  const auto document = json::Document::parse(R"({"a":[1,{"b":"x"}],"c":{},"d":[]})");
  const auto whole = indented_json(document->root(), 1000);
  EXPECT_EQ(whole.text,
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\"\n    }\n  ],\n  \"c\": {},\n  \"d\": "
            "[]\n}");
  EXPECT_FALSE(whole.shortened);
  const auto cut = indented_json(document->root(), 12);
  EXPECT_TRUE(cut.shortened);
  EXPECT_LT(cut.text.size(), 40U);
  const auto euros = json::Document::parse("\"€€€\"");
  EXPECT_EQ(short_json(euros->root(), 4), "€…") << "no character is cut in two";
}

}  // namespace
}  // namespace patchbay::web
