// Two projects, made and filled through the command line as an operator does it: each command works
// in its own, and nothing of one is seen from the other, over the API and on the pages.
#include <fstream>

#include "api/api.h"
#include "base/encoding.h"
#include "base/json.h"
#include "child_process.h"
#include "hub_fixture.h"
#include "stderr_capture.h"
#include "store/projects_table.h"
#include "support/described_request.h"
#include "unit/web_pages_support.h"

namespace patchbay::integration {
namespace {

using test::ApiDescription;

struct Said {
  int code = 0;
  std::vector<std::string> lines;
  std::string complaint;
  [[nodiscard]] std::string first() const { return lines.empty() ? "" : lines.front(); }
  [[nodiscard]] std::string all() const {
    std::string text;
    for (const auto& line : lines) text.append(line).append("\n");
    return text;
  }
};

// What one project has.
struct Tenant {
  std::string name;
  std::string id = {};
  std::string key = {};
  std::string key_id = {};
  std::string account = {};
  std::string integration = {};
  std::string webhook = {};
  std::string log = {};
};

class ProjectsCommandTest : public HubTest, public web::PageBrowser {
 protected:
  ProjectsCommandTest() {
    personio.set_options([](personio_sandbox::Options& options) { options.rate_limits = false; });
    drop("personio.so", kPersonioLibrary);
    std::ofstream(folder / "sandbox.json") << sandbox::json::serialize(personio.kit().ready());
  }
  ~ProjectsCommandTest() override {
    if (hub) hub->stop(std::chrono::milliseconds(0));
    pages.reset();
    api.reset();
    close_hub();
  }

  // `typed`: what the command reads from standard input.
  Said run(std::vector<std::string> arguments, const std::vector<std::string>& more,
           const std::string& typed = {}) const {
    arguments.insert(arguments.end(), more.begin(), more.end());
    Said said;
    StderrCapture complaints;
    ChildProcess command(PATCHBAY_BUILD_DIR "/bin/patchbay", arguments);
    if (!typed.empty()) command.say(typed);
    for (auto line = command.line(); !line.empty(); line = command.line())
      said.lines.push_back(line);
    said.code = command.wait();
    said.complaint = complaints.stop();
    return said;
  }
  Said say(std::vector<std::string> arguments, const std::string& typed = {}) const {
    return run(std::move(arguments),
               {"--data", data, "--key-file", key_file, "--connectors", connectors, "--worker",
                kWorkerProgram, "--approve-all", "--sandbox", folder / "sandbox.json"},
               typed);
  }
  // A command that needs no key.
  Said look(std::vector<std::string> arguments) const {
    return run(std::move(arguments), {"--data", data});
  }
  static std::string member(const Said& said, std::string_view pointer) {
    const auto parsed = json::Document::parse(said.first());
    EXPECT_TRUE(parsed) << said.all() << said.complaint;
    const auto value = parsed ? parsed->root().pointer(pointer) : json::Value();
    return std::string(value.string_or(""));
  }

  Tenant make_tenant(const std::string& name) {
    Tenant made{.name = name};
    made.id = say({"projects", "create", name}).first();
    EXPECT_TRUE(made.id.starts_with("prj_")) << made.id;
    made.key = say({"api-keys", "create", "--project", name, "--name", "of " + name, "--scopes",
                    "accounts actions tokens admin"})
                   .first();
    const personio_sandbox::Integration sandboxed = personio.default_integration();
    made.account =
        member(say({"accounts", "link", "personio", "--json", "--project", name, "--owner-id",
                    "owner of " + name, "--field", "client_id=" + sandboxed.client_id},
                   sandboxed.client_secret + "\n"),  // and no recruiting key
               "/id");
    made.integration =
        member(say({"integrations", "list", "--json", "--project", made.id}), "/0/id");
    made.webhook =
        say({"webhooks", "add", "https://" + name + ".example/hook", "--project", name}).first();
    const auto called = say({"actions", "run", "personio_list_persons", "--project", name,
                             "--account", made.account, "--page-size", "1"});
    EXPECT_EQ(called.code, 0) << called.complaint;
    return made;
  }

  // What `serve` answers with, over the same data.
  void serve() {
    open_hub();
    api.emplace(api::Options{.hub_url = [] { return std::string(); },
                             .accounts = hub->accounts(),
                             .services = hub->services(),
                             .keeper = hub->keeper(),
                             .audit = hub->audit()});
    api->add_routes(router);
    pages.emplace(web::Options{.accounts = hub->accounts(),
                               .services = hub->services(),
                               .api = *api,
                               .registry = hub->registry(),
                               .store = hub->store(),
                               .clock = hub->clock(),
                               .random = hub->random()});
    pages->add_routes(router);
  }
  // What the command line does not print.
  void look_up(Tenant& tenant) {
    const auto one = [&](const std::string& query) {
      const auto rows = hub->store().read_blocking(
          [&](store::Database& db) { return db.query(query, {tenant.id}); });
      EXPECT_TRUE(rows && rows->size() == 1) << query;
      return rows && !rows->empty() ? rows->front().text(0) : std::string();
    };
    tenant.key_id = one("SELECT id FROM api_keys WHERE project_id = ?");
    tenant.log = one("SELECT id FROM request_logs WHERE project_id = ?");
  }
  net::Response dispatch(net::Request& request) override {
    return hub->loops().block_on(router.dispatch(request));
  }
  std::string fresh_link(const web::Person& person) override {
    return std::string(
        web::create_signin_link(hub->store(), hub->clock(), hub->random(), person)->reveal());
  }
  net::Response ask(net::Request request, const Tenant& caller) {
    request.id = "req-1";
    request.host = "hub.example";
    request.peer_address = "127.0.0.1";
    request.headers.set("Authorization", "Bearer " + caller.key);
    return dispatch(request);
  }
  void choose(const Tenant& tenant) {
    const auto csrf = csrf_of(get("/app/connectors"));
    EXPECT_EQ(post("/app/project", "csrf=" + csrf + "&project=" + tenant.id).status, 303U);
  }

  net::Router router;
  std::optional<api::Api> api;
  std::optional<web::Pages> pages;
};

TEST_F(ProjectsCommandTest, MakesListsAndRenamesThem) {
  const auto made = say({"projects", "create", "Customer A"});
  EXPECT_EQ(made.code, 0);
  EXPECT_TRUE(made.first().starts_with("prj_"));
  EXPECT_NE(made.complaint.find("api-keys create --project"), std::string::npos);
  const auto as_json = say({"projects", "create", "Customer B", "--json"});
  EXPECT_EQ(member(as_json, "/name"), "Customer B");
  const auto list = look({"projects", "list", "--json"});
  EXPECT_EQ(member(list, "/0/name"), "Default");
  EXPECT_EQ(member(list, "/1/id"), made.first());
  EXPECT_EQ(member(list, "/2/id"), member(as_json, "/id"));
  EXPECT_EQ(say({"projects", "rename", "Customer A", "Customer C"}).first(), made.first());
  EXPECT_NE(look({"projects", "list"}).all().find("Customer C"), std::string::npos);

  for (const auto* name : {"Customer C", "", "prj_mine", " x"}) {
    const auto refused = say({"projects", "create", name});
    EXPECT_EQ(refused.code, 1) << name;
    EXPECT_NE(refused.complaint.find("name"), std::string::npos) << refused.complaint;
  }
  EXPECT_EQ(say({"projects", "rename", "Customer C", "Customer B"}).code, 1);
  const auto unknown = say({"projects", "rename", "Customer Z", "Y"});
  EXPECT_EQ(unknown.code, 1);
  for (const auto* word : {"Customer Z", "Default", "Customer B", "Customer C"})
    EXPECT_NE(unknown.complaint.find(word), std::string::npos) << unknown.complaint;
  EXPECT_NE(audited().find("project.created"), std::string::npos);
  EXPECT_NE(audited().find("project.renamed"), std::string::npos);
  EXPECT_EQ(run({"projects"}, {}).code, 2);
}

TEST_F(ProjectsCommandTest, EveryCommandWorksInItsProject) {
  const Tenant a = make_tenant("a");
  const Tenant b = make_tenant("b");
  EXPECT_NE(a.account, b.account);
  EXPECT_NE(a.integration, b.integration);
  for (const auto& [own, other] : {std::pair(a, b), std::pair(b, a)}) {
    const std::vector<std::string> in = {"--project", own.name};
    const auto within = [&](std::vector<std::string> command) {
      command.insert(command.end(), in.begin(), in.end());
      return command;
    };
    for (const auto* what : {"accounts", "integrations", "webhooks", "flows"}) {
      const auto said = say(within({what, "list"}));
      EXPECT_EQ(said.code, 0) << what << said.complaint;
      for (const auto& id : {other.account, other.integration, other.webhook})
        EXPECT_EQ(said.all().find(id), std::string::npos) << what << said.all();
    }
    EXPECT_NE(say(within({"accounts", "list"})).all().find(own.account), std::string::npos);
    const auto keys = look(within({"api-keys", "list"})).all();
    EXPECT_NE(keys.find("of " + own.name), std::string::npos);
    EXPECT_EQ(keys.find("of " + other.name), std::string::npos);
    for (const auto& project : {own.name, own.id}) {
      const auto events = look({"audit", "show", "--project", project}).all();
      EXPECT_NE(events.find(own.account), std::string::npos) << events;
      EXPECT_EQ(events.find(other.account), std::string::npos) << events;
    }
    // Its integration allows what reads, as each does to begin with.
    const auto found = say(within({"actions", "search", "absence", "--json"})).first();
    EXPECT_NE(found.find(R"("read_only":true)"), std::string::npos) << found;
    EXPECT_EQ(found.find(R"("read_only":false)"), std::string::npos) << found;
    for (const auto& command : std::vector<std::vector<std::string>>{
             {"accounts", "suspend", other.account},
             {"accounts", "unlink", other.account},
             {"accounts", "refresh", other.account},
             {"accounts", "permissions", other.account},
             {"webhooks", "test", other.webhook},
             {"webhooks", "rotate-secret", other.webhook},
             {"webhooks", "remove", other.webhook},
             {"actions", "run", "personio_list_persons", "--account", other.account}})
      EXPECT_EQ(say(within(command)).code, 1) << command[0] << " " << command[1];
  }
  EXPECT_EQ(look({"audit", "show", "--project", "nobody's"}).all(), "");
  EXPECT_NE(say({"actions", "search", "absence", "--json"}).first().find(R"("read_only":false)"),
            std::string::npos);
  // Without --project: the oldest, which has nothing.
  EXPECT_EQ(say({"accounts", "list"}).all(), "");
  for (const auto& command : std::vector<std::vector<std::string>>{{"accounts", "list"},
                                                                   {"integrations", "list"},
                                                                   {"webhooks", "list"},
                                                                   {"flows", "list"}}) {
    auto unknown = command;
    unknown.insert(unknown.end(), {"--project", "nobody"});
    const auto said = say(unknown);
    EXPECT_EQ(said.code, 1);
    EXPECT_NE(said.complaint.find("there is no project nobody; there are: Default"),
              std::string::npos)
        << said.complaint;
  }
}

// The routes come from the API's description; each id in a path is the other project's.
TEST_F(ProjectsCommandTest, NothingOfOneIsSeenFromTheOther) {
  Tenant a = make_tenant("a");
  Tenant b = make_tenant("b");
  serve();
  look_up(a);
  look_up(b);
  const auto id_for = [](std::string_view path, const Tenant& of) {
    if (path.starts_with("/accounts/{")) return of.account;
    if (path.starts_with("/integrations/{")) return of.integration;
    if (path.starts_with("/webhooks/{")) return of.webhook;
    if (path.starts_with("/api_keys/{")) return of.key_id;
    return path.starts_with("/requests/logs/{") ? of.log : std::string();
  };
  int walked = 0;
  for (const auto& [own, other] : {std::pair(a, b), std::pair(b, a)}) {
    for (const auto& operation : ApiDescription::built().operations()) {
      const auto named = [&](const Tenant& of) {
        const test::Filled filled{{test::Slot::Place::kPath, "id"}, id_for(operation.path, of)};
        return test::example_request(ApiDescription::built(), operation, &filled);
      };
      if (id_for(operation.path, own).empty()) continue;
      SCOPED_TRACE(operation.method + " " + operation.path);
      const auto refused = ask(named(other), own);
      EXPECT_EQ(refused.status, 404U) << refused.body;
      ++walked;
      // The examples name a token and a path that this provider does not have.
      if (operation.method != "GET" || operation.path.ends_with("/access_token") ||
          operation.path.find("/proxy/") != std::string::npos)
        continue;
      const auto given = ask(named(own), own);
      EXPECT_EQ(given.status, 200U) << given.body;
      for (const auto& id : {other.account, other.integration, other.webhook, other.key_id})
        EXPECT_EQ(given.body.find(id), std::string::npos);
    }
    net::Request call;
    call.method = "POST";
    call.target = "/actions/rpc";
    EXPECT_TRUE(net::decode_target(call.target, call));
    call.headers.set("Content-Type", "application/json");
    call.headers.set("x-account-id", other.account);
    call.body = SecretString(R"({"action":"personio_list_persons"})");
    EXPECT_EQ(ask(std::move(call), own).status, 404U);
  }
  EXPECT_GT(walked, 40);
  EXPECT_EQ(rows_in("accounts WHERE status = 'active'"), 2);
  EXPECT_EQ(rows_in("webhook_endpoints"), 2);

  sign_in();
  for (const auto& [own, other] : {std::pair(a, b), std::pair(b, a)}) {
    choose(own);
    const auto accounts = get("/app/accounts");
    EXPECT_TRUE(has(accounts, "owner of " + own.name));
    EXPECT_FALSE(has(accounts, "owner of " + other.name));
    for (const auto& [of, status] : {std::pair(own, 200U), std::pair(other, 404U)})
      for (const auto& page :
           {"/app/accounts/" + of.account, "/app/accounts/" + of.account + "/requests",
            "/app/accounts/" + of.account + "/requests/" + of.log,
            "/app/accounts/" + of.account + "/actions",
            "/app/accounts/" + of.account + "/actions/personio_list_persons",
            "/app/integrations/" + of.integration, "/app/settings/webhooks/" + of.webhook,
            "/app/settings/keys/" + of.key_id})
        EXPECT_EQ(get(page).status, status) << page;
  }
}

}  // namespace
}  // namespace patchbay::integration
