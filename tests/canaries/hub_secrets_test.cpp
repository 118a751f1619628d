// A hub that served links, reads, refreshes, failures, a key rotation, a backup and the unlinking
// of everything, and has nothing left to do: none of the secrets that went through it is in any of
// its files, its log, or its and its workers' memory.
#include <gtest/gtest.h>

#include <functional>

#include "base/json.h"
#include "canaries/process_memory.h"
#include "canaries/scanner.h"
#include "personio_sandbox/personio_sandbox.h"
#include "served_hub.h"
#include "stderr_capture.h"
#include "support/postgres_cluster.h"
#include "turnstile/provider.h"

namespace patchbay::canaries {
namespace {

namespace fs = std::filesystem;
using integration::TempFolder;
using personio_sandbox::PersonioSandbox;
using sandbox::FaultKind;
using testing_support::PostgresCluster;
using turnstile::Turnstile;

enum class Where : std::uint8_t { kSqlite, kPostgres };

bool wait_until(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

std::string json_string(std::string_view text) {
  return json::Writer().string(text).take();
}

std::string percent_encoded(std::string_view text) {
  return shapes(text, Encoding::kUrl).front();
}

class HubSecrets : public testing::TestWithParam<Where> {
 protected:
  HubSecrets() {
    personio.start();
    turnstile.start();
    fs::create_directory(folder / "connectors");
    for (const std::string from :
         {"/connectors/personio.so", "/turnstile/minting.so", "/turnstile/rotating.so"})
      fs::copy_file(PATCHBAY_BUILD_DIR + from,
                    folder / ("connectors" + from.substr(from.rfind('/'))));
    write_ready(folder / "personio.json", personio.kit());
    write_ready(folder / "turnstile.json", turnstile.kit());
    fs::create_directory(folder / "data");
    fs::permissions(folder / "data", fs::perms::owner_all);
  }

  // Without what people would enter: the hub reads the file.
  static void write_ready(const std::string& path, sandbox::Sandbox& kit) {
    auto ready = kit.ready();
    ready.erase("credentials");
    integration::write_bytes(path, sandbox::json::serialize(ready));
  }

  void start() {
    std::vector<std::string> options{"--approve-all", "--keep-failed-flows",
                                     "--sandbox",     folder / "personio.json",
                                     "--sandbox",     folder / "turnstile.json"};
    if (GetParam() == Where::kPostgres) {
      cluster = std::make_unique<PostgresCluster>();
      options.insert(options.end(), {"--store", cluster->uri()});
    }
    make_key();
    hub = std::make_unique<ServedHub>(
        ServedHub::Place{folder / "data", folder / "connectors", options});
    key = hub->command(
        with_store({"api-keys", "create", "--name", "app", "--scopes", "accounts actions tokens"}));
    key.pop_back();
    plant("the API key", key);
  }
  void make_key() const {
    integration::ChildProcess made(PATCHBAY_BUILD_DIR "/bin/patchbay",
                                   {"key", "create", folder / "data/key"});
    ASSERT_EQ(made.wait(), 0);
  }
  std::vector<std::string> with_store(std::vector<std::string> words) const {
    if (cluster) words.insert(words.end(), {"--store", cluster->uri()});
    return words;
  }

  void plant(const std::string& name, const std::string& secret) {
    ASSERT_FALSE(secret.empty()) << name << " is not there";
    canaries.push_back({name, secret});
  }

  Answer api(std::string_view method, const std::string& target, const std::string& body = {},
             const std::string& header = {}) const {
    std::vector<std::string> headers{"Authorization: Bearer " + key};
    if (!body.empty()) headers.emplace_back("Content-Type: application/json");
    if (!header.empty()) headers.push_back(header);
    return hub->ask(method, target, headers, body);
  }
  std::string session(const std::string& provider, const std::string& owner) {
    const auto made = api("POST", "/connect_sessions",
                          R"({"origin_owner_id":")" + owner + R"(","origin_owner_name":"Owner",)" +
                              R"("provider":")" + provider + "\"}");
    auto token = made.text("/token");
    plant("a session token", token);
    return token;
  }
  // As the connect component does it.
  Answer link(const std::string& provider, const std::string& owner, const std::string& client_id,
              const std::string& secret_field, const std::string& secret) {
    const std::string header = "x-hub-session-token: " + session(provider, owner);
    const auto list = hub->ask("GET", "/hub/connectors", {header});
    return hub->ask("POST", "/hub/accounts", {header, "Content-Type: application/json"},
                    R"({"integration_id":)" +
                        json_string(list.text("/integrations/0/integration_id")) +
                        R"(,"credentials":{"client_id":)" + json_string(client_id) + "," +
                        json_string(secret_field) + ":" + json_string(secret) + "}}");
  }
  // As a person does it, on the connect page.
  void link_on_page(const std::string& owner, const personio_sandbox::Integration& who) {
    const auto token = session("personio", owner);
    const auto cookie_line = hub->ask("GET", "/connect/" + token).head;
    const auto from = cookie_line.find("__Host-");
    ASSERT_NE(from, std::string::npos) << cookie_line;
    const std::string cookie =
        "Cookie: " + cookie_line.substr(from, cookie_line.find(';', from) - from);
    const auto page = hub->ask("GET", "/connect", {cookie}).body;
    const std::string mark = R"(name="csrf" value=")";
    const auto at = page.find(mark);
    ASSERT_NE(at, std::string::npos) << page;
    const auto csrf =
        page.substr(at + mark.size(), page.find('"', at + mark.size()) - at - mark.size());
    const auto answer = hub->ask(
        "POST", "/connect",
        {cookie, "Origin: " + hub->origin(), "Content-Type: application/x-www-form-urlencoded"},
        "csrf=" + percent_encoded(csrf) +
            "&connector=personio&client_id=" + percent_encoded(who.client_id) +
            "&client_secret=" + percent_encoded(who.client_secret));
    EXPECT_EQ(answer.status, 303U) << answer.body;
  }
  void plant_tokens(const std::string& account, const std::vector<std::string>& names) {
    for (const auto& name : names)
      plant(
          name + " token of " + account,
          api("GET", "/accounts/" + account + "/access_token?name=" + name).text("/access_token"));
  }
  std::vector<std::string> account_ids() const {
    const auto listed = api("GET", "/accounts").body;
    std::vector<std::string> ids;
    for (auto at = listed.find("acc_"); at != std::string::npos; at = listed.find("acc_", at + 1))
      if (const auto id = listed.substr(at, listed.find('"', at) - at);
          std::ranges::find(ids, id) == ids.end())
        ids.push_back(id);
    return ids;
  }

  void run_the_journey();
  void personio_well();
  void personio_ill();
  void others();
  void unlink_everything();
  void expect_nothing_in_files(const Scanner& scanner) const;
  void expect_nothing_in_memory(const Scanner& scanner) const;

  TempFolder folder;
  PersonioSandbox personio;
  Turnstile turnstile;
  integration::StderrCapture log;
  std::unique_ptr<PostgresCluster> cluster;
  std::unique_ptr<ServedHub> hub;
  std::string key;
  std::vector<Canary> canaries;
};

// Linked, read, refreshed by a 401 in the middle of an action, reconnected.
void HubSecrets::personio_well() {
  const auto who = personio.default_integration();
  plant("a client secret", who.client_secret);
  const auto id =
      link("personio", "acme", who.client_id, "client_secret", who.client_secret).text("/id");
  plant_tokens(id, {"v1", "v2"});
  personio.expire_tokens();
  const auto acted =
      api("POST", "/actions/rpc", R"({"action":"personio_list_persons","query":{"page_size":5}})",
          "x-account-id: " + id);
  EXPECT_EQ(acted.status, 200U) << acted.body;
  plant_tokens(id, {"v1", "v2"});
  const auto other = personio.create_integration({.permissions = {{"employees", {.read = true}}}});
  plant("another client secret", other.client_secret);
  EXPECT_EQ(
      link("personio", "acme", other.client_id, "client_secret", other.client_secret).text("/id"),
      id);
  plant_tokens(id, {"v1", "v2"});
  link_on_page("on-page", who);
}

// A wrong secret, a missing permission, a provider that repeats the secret or answers nonsense.
void HubSecrets::personio_ill() {
  const auto who = personio.default_integration();
  const auto wrong = who.client_secret + "0wrong1";
  plant("a wrong secret", wrong);
  EXPECT_NE(link("personio", "ill", who.client_id, "client_secret", wrong).status, 200U);
  const auto weak = personio.create_integration({.permissions = {{"documents", {.read = true}}}});
  plant("a weak client's secret", weak.client_secret);
  (void)link("personio", "ill", weak.client_id, "client_secret", weak.client_secret);
  personio.kit().inject({.kind = FaultKind::status,
                         .route = "POST /v2/auth/token",
                         .status = 400,
                         .body = R"({"error":"unauthorized_client","error_description":"secret )" +
                                 who.client_secret + R"( is wrong"})"});
  (void)link("personio", "ill", who.client_id, "client_secret", who.client_secret);
  for (const auto kind : {FaultKind::html, FaultKind::invalid_json, FaultKind::cut_in_answer}) {
    personio.kit().inject({.kind = kind, .route = "GET /v2/persons"});
    (void)link("personio", "ill", who.client_id, "client_secret", who.client_secret);
  }
}

// A secret that each encoding changes, and refresh tokens that are used up.
void HubSecrets::others() {
  const std::string awkward = R"(canary/4f"7\k+9=Zq3x&81)";
  plant("an awkward secret", awkward);
  const auto minting =
      link("minting", "mint", "canary-client-0001", "client_secret", awkward).text("/id");
  plant_tokens(minting, {"main"});
  const auto first = turnstile.new_grant("canary-grant-0001");
  plant("a refresh token that was entered", first);
  const auto rotating =
      link("rotating", "rota", "canary-client-0002", "refresh_token", first).text("/id");
  plant_tokens(rotating, {"main"});
  for (const int number : {2, 3})
    plant("a refresh token", "refresh.canary-grant-0001." + std::to_string(number));
  for (const auto& id : {minting, rotating}) plant_tokens(id, {"main"});
}

void HubSecrets::unlink_everything() {
  for (const auto& id : account_ids()) {
    const auto gone = api("DELETE", "/accounts/" + id);
    EXPECT_LT(gone.status, 300U) << gone.body;
  }
  EXPECT_TRUE(account_ids().empty());
  EXPECT_TRUE(wait_until([&] { return personio.valid_tokens() == 0; }));
  EXPECT_TRUE(wait_until([&] { return turnstile.revoked().size() >= 2; }));
}

void HubSecrets::run_the_journey() {
  start();
  personio_well();
  personio_ill();
  others();
  (void)hub->command(with_store({"key", "rotate", "--data-key", "--wait", "0"}));
  if (!cluster) (void)hub->command({"store", "backup", folder / "backup.db"});
  unlink_everything();
}

void HubSecrets::expect_nothing_in_files(const Scanner& scanner) const {
  const auto before = scanner.scanned();
  for (const auto* place : {"data", "connectors"})
    EXPECT_EQ(to_string(scanner.scan_folder(folder / place)), "");
  if (!cluster) EXPECT_EQ(to_string(scanner.scan_file(folder / "backup.db")), "");
  if (cluster) EXPECT_EQ(to_string(scanner.scan_folder(cluster->folder())), "");
  EXPECT_GT(scanner.scanned(), before + 100'000);
}

// Whoever is told of an outcome is told before the last buffer is wiped.
void HubSecrets::expect_nothing_in_memory(const Scanner& scanner) const {
  auto processes = hub->workers();
  EXPECT_EQ(processes.size(), 3U) << "a worker of each connector";
  processes.push_back(hub->pid());
  for (const auto process : processes) {
    std::string found;
    EXPECT_TRUE(wait_until([&] {
      return (found = to_string(scanner.scan_memory(process))).empty();
    })) << found;
  }
}

TEST_P(HubSecrets, NoneIsLeftWhenNothingUsesThemAnyMore) {
  run_the_journey();
  const Scanner scanner(canaries);
  expect_nothing_in_files(scanner);  // with the write-ahead log as it is
  if (ProcessMemory::may_look()) expect_nothing_in_memory(scanner);
  hub.reset();
  if (cluster) cluster->stop(SIGINT);  // with everything in its place
  expect_nothing_in_files(scanner);
  const auto logged = log.stop();
  EXPECT_NE(logged.find("\"event\":\"linked\""), std::string::npos) << "the log was not captured";
  EXPECT_EQ(to_string(scanner.scan(logged, "the log")), "");
}

// Otherwise the test above proves nothing.
TEST_P(HubSecrets, AreFoundWhileTheyAreInUse) {
  if (!ProcessMemory::may_look()) GTEST_SKIP() << "only root may look at a hub's memory";
  start();
  const auto who = personio.default_integration();
  const auto id =
      link("personio", "acme", who.client_id, "client_secret", who.client_secret).text("/id");
  plant_tokens(id, {"v2"});
  const Scanner scanner({canaries.back()});
  EXPECT_FALSE(scanner.scan_memory(hub->pid()).empty()) << "a token is served from memory";
}

INSTANTIATE_TEST_SUITE_P(All, HubSecrets, testing::Values(Where::kSqlite, Where::kPostgres),
                         [](const auto& where) {
                           return where.param == Where::kSqlite ? "Sqlite" : "Postgres";
                         });

}  // namespace
}  // namespace patchbay::canaries
