// Projects on the pages: choosing one, what a session sees of it, and making more.
#include <algorithm>

#include "accounts/failed_flows.h"
#include "accounts/sealed_link.h"
#include "accounts/stored_journal.h"
#include "served_api_fixture.h"
#include "store/flows_table.h"
#include "store/request_logs_table.h"
#include "store/webhook_endpoints_table.h"
#include "web_pages_support.h"

namespace patchbay::web {
namespace {

constexpr const char* kBoth[] = {"prj_1", "prj_2"};

// What a project has is called after it: acc_1 and "Owner 1" of prj_1.
std::string of(std::string_view kind, std::string_view project) {
  return std::string(kind) + std::string(project.substr(3));
}

struct WebProjectsTest : testing::Test, PageBrowser {
  WebProjectsTest() {
    pages.add_routes(served.router);
    served.hub.change([&](store::Database& db) -> Result<> {
      for (const auto* project : kBoth) PATCHBAY_TRY(fill(db, project));
      return {};
    });
  }
  void SetUp() override { csrf = sign_in({store::Role::kAdmin, "Ada"}); }

  net::Response dispatch(net::Request& request) override {
    return served.hub.loops.block_on(served.router.dispatch(request));
  }
  std::string fresh_link(const Person& person) override {
    return std::string(
        create_signin_link(served.hub.store(), served.hub.clock, served.hub.random, person)
            ->reveal());
  }
  // One of everything.
  Result<> fill(store::Database& db, const std::string& project) {
    auto integration = served.hub.integration;
    integration.id = of("int", project);
    integration.project_id = project;
    integration.name = of("Integration", project);
    auto account = served.hub.account;
    account.id = of("acc", project);
    account.project_id = project;
    account.integration_id = integration.id;
    account.owner_name = of("Owner", project);
    if (project != "prj_1") {
      PATCHBAY_TRY(store::integrations_table::insert(db, integration));
      PATCHBAY_TRY(store::accounts_table::insert(db, account));
    } else {
      PATCHBAY_TRY(db.execute("UPDATE accounts SET owner_name = ?", {account.owner_name}));
      PATCHBAY_TRY(db.execute("UPDATE integrations SET name = ?", {integration.name}));
    }
    store::WebhookEndpoint webhook;
    webhook.id = of("wh", project);
    webhook.project_id = project;
    webhook.url = "https://" + of("hook", project) + ".example";
    PATCHBAY_TRY(store::webhook_endpoints_table::insert(db, webhook));
    store::ApiKey key;
    key.id = of("key", project);
    key.project_id = project;
    key.prefix = of("prefixprefixprefix", project);
    key.name = of("Key", project);
    PATCHBAY_TRY(store::api_keys_table::insert(db, key));
    store::RequestLog log;
    log.id = of("log", project);
    log.project_id = project;
    log.request_id = of("req", project);
    log.source = "api";
    log.account_id = account.id;
    log.action_id = "acme_list";
    log.method = "POST";
    log.path = "/actions/rpc";
    log.status = 200;
    log.started = served.hub.clock.unix_ms() - 1000;
    PATCHBAY_TRY(store::request_logs_table::insert(db, log));
    store::Flow flow;
    flow.id = of("flow", project);
    flow.project_id = project;
    flow.kind = std::string(accounts::FailedFlows::kKind);
    flow.connector_id = "acme";
    flow.state = accounts::to_json({.connector_version = "1.0.0", .kept_until = 4'000'000'000'000});
    flow.sealed = "something";
    flow.created = flow.updated = 1;
    return store::flows_table::insert(db, flow);
  }

  // Where forms about one thing go, as the router has them: a new one is walked, too.
  std::vector<std::string> forms_of_one() {
    std::vector<std::string> all;
    for (const auto& route : served.router.routes()) {
      if (route.method != "POST") continue;
      std::string target = route.pattern;
      for (const auto& [section, id] :
           {std::pair{"/app/accounts/", "acc"}, std::pair{"/app/integrations/", "int"},
            std::pair{"/app/settings/keys/", "key"}, std::pair{"/app/settings/webhooks/", "wh"}}) {
        if (!target.starts_with(std::string(section) + "{id}")) continue;
        const std::pair<std::string, std::string> kNames[] = {
            {"{id}", id}, {"{flow}", "flow"}, {"{action}", "acme_list"}};
        for (const auto& [place, name] : kNames)
          if (const auto at = target.find(place); at != std::string::npos)
            target.replace(at, place.size(), name);
        all.push_back(target);
      }
    }
    EXPECT_GE(all.size(), 20U);
    return all;
  }

  // Each id in it with the number of its owner.
  static std::string with_number(std::string target, const std::string& number) {
    for (const std::string_view id : {"/acc", "/int", "/key", "/wh", "/log", "/flow"}) {
      const auto at = target.find(std::string(id) + "/");
      if (at != std::string::npos)
        target.insert(at + id.size(), number);
      else if (target.ends_with(id))
        target += number;
    }
    return target;
  }

  // 404, in the same words and after as many statements as for what nobody has.
  void expect_as_if_nobodys(const std::string& target, const std::string& number) {
    const auto form = "name=x&confirmed=yes&how=run&url=https%3A%2F%2Fx.example";
    // What was named is repeated at most, as each may read it in its own address.
    const auto ask = [&](const std::string& target, const std::string& number) {
      const auto before = served.hub.statements;
      auto answer = submit(target, form);
      const auto cost = served.hub.statements - before;
      for (const std::string_view id : {"acc", "int", "key", "wh", "flow"}) {
        const std::string name = std::string(id) + number;
        for (auto at = answer.body.find(name); at != std::string::npos; at = answer.body.find(name))
          answer.body.replace(at, name.size(), id);
      }
      return std::pair(std::move(answer), cost);
    };
    // The first to need the change sequence reads it for the second.
    (void)ask(with_number(target, "_9"), "_9");
    const auto [expected, usual_cost] = ask(with_number(target, "_9"), "_9");
    const auto [found, cost] = ask(with_number(target, number), number);
    EXPECT_EQ(expected.status, 404U) << expected.body;
    EXPECT_EQ(found.status, 404U);
    EXPECT_EQ(found.body, expected.body);
    EXPECT_EQ(cost, usual_cost) << "statements";
  }

  net::Response submit(const std::string& target, const std::string& form = {}) {
    return post(target, "csrf=" + csrf + (form.empty() ? "" : "&" + form));
  }
  // The session sees this project from now on.
  void choose(const std::string& project) {
    EXPECT_EQ(submit("/app/project", "project=" + project).status, 303U);
    csrf = csrf_of(get("/app/connectors"));
  }
  std::vector<store::Project> stored() {
    return served.hub.store().read_blocking(store::projects_table::list).value();
  }
  // Whatever a page could change.
  std::string state_of(const std::string& project) {
    return served.hub.store()
        .read_blocking([&](store::Database& db) -> Result<std::string> {
          std::string text;
          for (const auto* query :
               {"SELECT status || generation || updated FROM accounts WHERE project_id = ?",
                "SELECT name || active || is_default FROM integrations WHERE project_id = ?",
                "SELECT url || active FROM webhook_endpoints WHERE project_id = ?",
                "SELECT name || revoked FROM api_keys WHERE project_id = ?",
                "SELECT id FROM connect_sessions WHERE project_id = ?",
                "SELECT kind FROM events WHERE project_id = ?"}) {
            PATCHBAY_TRY_ASSIGN(const auto rows, db.query(query, {project}));
            for (const auto& row : rows) text.append(row.text(0)).append(";");
          }
          return text;
        })
        .value();
  }

  test::ServedHub served;
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

constexpr std::string_view kChoice = "__Host-patchbay-project";

TEST_F(WebProjectsTest, ASessionSeesTheOldestUntilItChooses) {
  for (const auto* project : kBoth) {
    const std::string other = project == std::string("prj_1") ? "prj_2" : "prj_1";
    const auto accounts = get("/app/accounts");
    EXPECT_TRUE(has(accounts, of("Owner", project)));
    EXPECT_TRUE(has(accounts, "<option value=\"" + std::string(project) + "\" selected>"));
    for (const auto* list : {"/app/accounts", "/app/integrations", "/app/settings/keys",
                             "/app/settings/webhooks", "/app/connectors"}) {
      const auto page = get(list);
      EXPECT_EQ(page.status, 200U) << list;
      for (const auto* kind : {"Owner", "Integration", "Key", "hook", "acc", "int", "key", "wh"})
        EXPECT_FALSE(has(page, of(kind, other))) << list << " " << kind;
    }
    choose(other);
  }
}

TEST_F(WebPagesTest, OfferNoChoiceOfProjectsWhereThereIsOne) {
  sign_in();
  EXPECT_FALSE(has(get("/app/connectors"), "/app/project\""));
}

TEST_F(WebProjectsTest, LeadsBackToTheSectionThatItWasChosenIn) {
  const auto to = [&](const std::string& at) {
    csrf = csrf_of(get("/app/connectors"));
    return header(submit("/app/project", "project=prj_2&at=" + at), "Location");
  };
  EXPECT_EQ(to("accounts"), "/app/accounts");
  EXPECT_EQ(to("integrations"), "/app/integrations");
  EXPECT_EQ(to("settings"), "/app/settings/keys");
  EXPECT_EQ(to("https%3A%2F%2Fevil.example"), "/app/connectors");
  EXPECT_TRUE(has(get("/app/accounts"), "name=\"at\" value=\"accounts\""));
}

TEST_F(WebProjectsTest, ChoosingNeedsTheFormAndAProjectThatIsThere) {
  EXPECT_EQ(submit("/app/project", "project=prj_9").status, 404U);
  EXPECT_EQ(submit("/app/project").status, 404U);
  EXPECT_EQ(post("/app/project", "project=prj_2&csrf=wrong").status, 403U);
  EXPECT_EQ(post("/app/project", "project=prj_2").status, 403U);
  EXPECT_EQ(send({.method = "POST",
                  .target = "/app/project",
                  .form = "project=prj_2&csrf=" + csrf,
                  .same_origin = false})
                .status,
            403U);
  EXPECT_FALSE(cookies.contains(std::string(kChoice)));
  EXPECT_TRUE(has(get("/app/accounts"), "Owner_1"));
}

TEST_F(WebProjectsTest, AChoiceCountsForItsSessionAlone) {
  choose("prj_2");
  const std::string made = cookies[std::string(kChoice)];
  ASSERT_TRUE(made.starts_with("prj_2."));
  // Cut, altered, for another project, made up: as if there were none.
  for (const std::string& forged :
       {std::string("prj_2"), std::string("prj_2."), made.substr(0, made.size() - 1), made + "A",
        std::string("prj_9.") + made.substr(6), std::string("prj_1.") + made.substr(6)}) {
    cookies[std::string(kChoice)] = forged;
    EXPECT_TRUE(has(get("/app/accounts"), "Owner_1")) << forged;
  }
  cookies[std::string(kChoice)] = made;
  EXPECT_TRUE(has(get("/app/accounts"), "Owner_2"));
  csrf = sign_in();
  cookies[std::string(kChoice)] = made;
  EXPECT_TRUE(has(get("/app/accounts"), "Owner_1")) << "another session's";
  EXPECT_EQ(submit("/signout").status, 303U);
  EXPECT_FALSE(cookies.contains(std::string(kChoice)));
}

// Two windows: what was filled in for one project must not end up in the other.
TEST_F(WebProjectsTest, AFormOfTheProjectThatWasLeftIsStale) {
  const std::string of_the_first = csrf;
  choose("prj_2");
  const auto before = state_of("prj_2");
  for (const auto* target : {"/app/settings/keys", "/app/settings/webhooks", "/app/integrations",
                             "/app/accounts/acc_2/suspend"}) {
    const auto refused = post(target, "csrf=" + of_the_first + "&name=x&scope=accounts");
    EXPECT_EQ(refused.status, 403U) << target;
    EXPECT_TRUE(has(refused, "chosen another project")) << target;
  }
  EXPECT_EQ(state_of("prj_2"), before);
}

// Whatever is named of another project is as if it were nobody's: looked at, changed, downloaded.
TEST_F(WebProjectsTest, KnowOneProjectAlone) {
  const std::vector<std::string> pages_of_one = {
      "/app/accounts/acc",          "/app/accounts/acc/unlink",
      "/app/accounts/acc/requests", "/app/accounts/acc/requests/log",
      "/app/accounts/acc/actions",  "/app/accounts/acc/actions/acme_list",
      "/app/integrations/int",      "/app/settings/keys/key",
      "/app/settings/webhooks/wh",  "/app/settings/webhooks/wh/remove"};
  for (const auto* own : {"_1", "_2"}) {
    const std::string other = own == std::string("_1") ? "_2" : "_1";
    choose(std::string("prj") + own);
    const auto untouched = state_of("prj" + other);
    for (const auto& page : pages_of_one) {
      EXPECT_EQ(get(with_number(page, own)).status, 200U) << with_number(page, own);
      EXPECT_EQ(get(with_number(page, other)).status, 404U) << with_number(page, other);
    }
    // A request of the other's below an account of one's own.
    EXPECT_EQ(get("/app/accounts/acc" + std::string(own) + "/requests/log" + other).status, 404U);
    for (const auto& target : forms_of_one()) {
      SCOPED_TRACE(target);
      expect_as_if_nobodys(target, other);
    }
    EXPECT_EQ(submit("/app/accounts", "do=suspend&confirmed=yes&account=acc" + other).status, 303U);
    EXPECT_EQ(state_of("prj" + other), untouched);
    EXPECT_TRUE(served.hub.provider.requests.empty());
  }
}

// Links name their project themselves: nobody is signed in there.
TEST_F(WebProjectsTest, LinksForEndUsersWorkInEveryProject) {
  for (const auto* project : kBoth) {
    cookies.clear();
    const auto seal = [&](accounts::LinkPurpose purpose, const std::string& subject) {
      return accounts::seal_link(served.services.vault, purpose,
                                 {project, subject, served.hub.clock.unix_ms() + kHour})
          .value();
    };
    EXPECT_EQ(get("/manage/" + seal(accounts::LinkPurpose::kManage, of("acc", project))).status,
              303U);
    EXPECT_TRUE(has(get("/manage"), of("Owner", project)));
    const std::string other = project == std::string("prj_1") ? "prj_2" : "prj_1";
    EXPECT_EQ(get("/manage/" + seal(accounts::LinkPurpose::kManage, of("acc", other))).status,
              303U);
    EXPECT_EQ(get("/manage").status, 410U) << "the account of another project";
    EXPECT_NE(get("/guide/" + seal(accounts::LinkPurpose::kGuide, of("int", project))).status,
              410U);
    EXPECT_EQ(get("/guide/" + seal(accounts::LinkPurpose::kGuide, of("int", other))).status, 410U);

    accounts::SessionRequest wanted;
    wanted.project_id = project;
    wanted.owner_id = "owner";
    wanted.owner_name = of("Asked", project);
    const auto made =
        served.hub.loops.block_on(served.accounts.create_session(std::move(wanted))).value();
    EXPECT_EQ(get("/connect/" + std::string(made.token.reveal())).status, 303U);
    const auto form = get("/connect");
    EXPECT_EQ(form.status, 200U);
    EXPECT_TRUE(has(form, of("Asked", project)));
  }
}

TEST_F(WebProjectsTest, AdminsMakeAndRenameThem) {
  served.hub.audit_log.events.clear();
  EXPECT_EQ(submit("/app/settings/projects", "name=Customer%20%3CA%3E").status, 303U);
  const auto page = get("/app/settings/projects");
  EXPECT_TRUE(has(page, "Customer &lt;A&gt; is there."));
  const auto made = stored().back();
  EXPECT_EQ(made.name, "Customer <A>");
  choose(made.id);
  EXPECT_TRUE(has(get("/app/accounts"), "No account"));
  const std::string its = "/app/settings/projects/" + made.id + "/name";
  EXPECT_EQ(submit(its, "name=B").status, 303U);
  EXPECT_EQ(stored().back().name, "B");
  ASSERT_EQ(served.hub.audit_log.events.size(), 2U);
  EXPECT_EQ(served.hub.audit_log.events[0].kind, "project.created");
  EXPECT_EQ(served.hub.audit_log.events[0].project_id, made.id);
  EXPECT_EQ(served.hub.audit_log.events[0].actor, "Ada (admin)");
  EXPECT_EQ(served.hub.audit_log.events[1].kind, "project.renamed");
  EXPECT_EQ(submit("/app/settings/projects/prj_9/name", "name=C").status, 404U);

  for (const auto* name : {"", "B", "prj_x", "%20a", "a%0Ab", "%ff"})
    EXPECT_EQ(submit("/app/settings/projects", "name=" + std::string(name)).status, 422U) << name;
  EXPECT_EQ(submit(its, "name=One").status, 303U);
  EXPECT_EQ(stored().back().name, "B") << "One is taken";
  EXPECT_EQ(stored().size(), 3U);
}

TEST_F(WebProjectsTest, OthersChooseAndChangeNothing) {
  csrf = sign_in({store::Role::kOperator, "Op"});
  EXPECT_EQ(get("/app/settings/projects").status, 403U);
  EXPECT_FALSE(has(get("/app/settings/keys"), "/app/settings/projects"));
  EXPECT_EQ(submit("/app/settings/projects", "name=X").status, 403U);
  EXPECT_EQ(submit("/app/settings/projects/prj_1/name", "name=X").status, 403U);
  EXPECT_EQ(stored().size(), 2U);
  csrf = sign_in({store::Role::kViewer, "Vi"});
  choose("prj_2");
  EXPECT_TRUE(has(get("/app/accounts"), "Owner_2"));
}

}  // namespace
}  // namespace patchbay::web
