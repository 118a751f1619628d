#pragma once
// A whole hub in a temporary folder, beside a Personio sandbox in this process: real TLS, a real
// database (SQLite, unless a test names another), real patchbay-worker processes, event loops on
// threads of their own. The sandbox listens already when a test begins; the hub is opened by
// open_hub().
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "accounts/token_keeper.h"
#include "canaries/sandbox_secrets.h"
#include "cli/hub.h"
#include "connector/flow_driver.h"
#include "personio_sandbox/personio_sandbox.h"
#include "store/account_credentials.h"
#include "temp_folder.h"

namespace patchbay::integration {

using namespace std::chrono_literals;
using personio_sandbox::PersonioSandbox;
using sandbox::Fault;
using sandbox::FaultKind;

inline constexpr const char* kTokenRoute = "POST /v2/auth/token";
inline constexpr const char* kTokenV1Route = "POST /v1/auth";
inline constexpr const char* kPersonsRoute = "GET /v2/persons";
inline constexpr const char* kRevokeRoute = "POST /v2/auth/revoke";

inline const std::string kPersonioLibrary = PATCHBAY_BUILD_DIR "/connectors/personio.so";
inline const std::string kWorkerProgram = PATCHBAY_BUILD_DIR "/bin/patchbay-worker";
inline std::string bad_connector(const std::string& name) {
  return PATCHBAY_BUILD_DIR "/bad_connectors/" + name + ".so";
}

// Looks until it holds or the time is over; what to wait for has no event of its own.
inline bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds limit = 60s) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

struct Credentials {
  std::string client_id;
  std::string client_secret;
  Credentials(std::string id, std::string secret)
      : client_id(std::move(id)), client_secret(std::move(secret)) {}
  Credentials(
      const personio_sandbox::Integration& integration)  // NOLINT(google-explicit-constructor)
      : Credentials(integration.client_id, integration.client_secret) {}
};

class HubTest : public testing::Test {
 protected:
  HubTest() {
    fs::create_directory(connectors);
    personio.start();
    OsRandom random;
    EXPECT_TRUE(vault::create_key_file(key_file, random));
  }
  // Whatever the test was about: no secret lies in what its hubs have written.
  ~HubTest() override {
    hub.reset();
    fs::remove(folder / "sandbox.json");  // where the sandbox says its own
    for (const auto& found : canaries::look_for_sandbox_secrets(folder.path()).found)
      ADD_FAILURE() << found.to_string();
  }

  // ---- the hub ----

  cli::HubOptions options() const {
    cli::HubOptions made;
    made.data_folder = data;
    made.store = store_location;
    made.key = vault::KeyFile{key_file};
    made.connectors_folder = connectors;
    made.worker_program = worker_program;
    made.egress.overrides = {in_personios_place.value_or(
        net::EgressOverride{"api.personio.de", "127.0.0.1", personio.port(), personio.ca_file()})};
    made.egress.overrides.insert(made.egress.overrides.end(), overrides.begin(), overrides.end());
    made.trust = trust;
    made.keeper = keeper;
    made.pace = pace;
    made.loops = loops;
    made.probe_permissions = probe_permissions;
    made.restart = restart;
    return made;
  }

  // Another one on the same data: a second process as far as the store can tell.
  std::unique_ptr<cli::Hub> make_hub() {
    auto opened = cli::Hub::open(options());
    if (!opened) throw std::runtime_error(opened.error().message);
    (*opened)->loops().start();
    if (const auto started = (*opened)->start_connectors(); !started)
      throw std::runtime_error(started.error().message);
    return std::move(*opened);
  }

  // With Personio's connector in its folder and everything running that `serve` runs, pages apart.
  void open_hub() {
    if (!fs::exists(connectors + "/personio.so")) drop("personio.so", kPersonioLibrary);
    hub = make_hub();
    hub->start_background();
  }
  void close_hub() { hub.reset(); }

  template <class T>
  T wait(net::Task<T> task) {
    return hub->loops().block_on(std::move(task));
  }
  // Runs it while the test goes on. Everything it refers to must live until the future is ready.
  template <class T>
  std::future<T> start(net::Task<T> task) {
    return std::async(std::launch::async, [this, task = std::move(task)]() mutable {
      return hub->loops().block_on(std::move(task));
    });
  }

  // Copied under another name first, as careful people do.
  void drop(const std::string& name, const std::string& from, mode_t mode = 0644) const {
    write_bytes(connectors + "/." + name, read_bytes(from), mode);
    fs::rename(connectors + "/." + name, connectors + "/" + name);
  }

  // ---- linking ----

  accounts::SessionRequest session_request(const std::string& owner) const {
    accounts::SessionRequest request;
    request.project_id = hub->project_id();
    request.owner_id = owner;
    request.owner_name = "Owner " + owner;
    return request;
  }

  accounts::LinkRequest link_request(const Credentials& who, accounts::SessionRequest session,
                                     const std::string& connector_id = "personio") {
    session.connector_id = connector_id;
    auto opened = wait(hub->accounts().create_session(std::move(session)));
    if (!opened) throw std::runtime_error(opened.error().message);
    accounts::LinkRequest request;
    request.session = opened->session;
    request.connector_id = connector_id;
    request.form.values = {{"client_id", who.client_id}};
    request.form.secrets.push_back({"client_secret", SecretString(who.client_secret)});
    request.cancel = connector::make_cancel_flag();
    return request;
  }

  accounts::LinkOutcome link(const Credentials& who, const std::string& owner = "acme") {
    return wait(hub->accounts().link(link_request(who, session_request(owner))));
  }

  accounts::LinkOutcome reconnect(const std::string& account_id, const Credentials& who) {
    auto session = session_request("acme");
    session.account_id = account_id;
    return wait(hub->accounts().link(link_request(who, std::move(session))));
  }

  // For tests of what comes after linking.
  store::Account linked(const Credentials& who, const std::string& owner = "acme") {
    auto outcome = link(who, owner);
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return *std::move(outcome.account);
  }
  store::Account linked() { return linked(personio.default_integration()); }

  // ---- looking ----

  Result<accounts::AccessToken> token(const std::string& account_id,
                                      std::int64_t min_validity_ms = 0,
                                      const std::string& name = "v2") {
    return wait(hub->keeper().token(hub->project_id(), account_id, name, min_validity_ms));
  }
  std::string token_value(const std::string& account_id, const std::string& name = "v2") {
    const auto found = token(account_id, 0, name);
    EXPECT_TRUE(found) << found.error().message;
    return found ? std::string(found->value.reveal()) : std::string();
  }
  Result<> refresh(const std::string& account_id) {
    return wait(hub->accounts().refresh(hub->project_id(), account_id));
  }
  store::Account account(const std::string& account_id) {
    auto found = wait(hub->accounts().get(hub->project_id(), account_id));
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : store::Account();
  }

  // One statement in a transaction of its own; its first number, or -1.
  std::int64_t sql(const std::string& statement) {
    const auto done =
        hub->store().transact_blocking([&](store::Database& db) -> Result<std::int64_t> {
          PATCHBAY_TRY_ASSIGN(const auto rows, db.query(statement));
          return rows.empty() || rows[0].is_null(0) ? -1 : rows[0].integer(0);
        });
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : -1;
  }
  std::int64_t rows_in(const std::string& table) { return sql("SELECT count(*) FROM " + table); }

  // What was interrupted is left alone while whoever began it may be at work; here time is made to
  // pass. How many flows were ended.
  std::size_t end_interrupted() {
    // The hub's own first look comes before this one, and must not find what is aged below. It may
    // end what an earlier call aged.
    const auto before = wait(hub->recovery().run_due());
    EXPECT_TRUE(before) << before.error().message;
    sql("UPDATE flows SET updated = 1");
    const auto ended = wait(hub->recovery().run_due());
    EXPECT_TRUE(ended) << ended.error().message;
    return (before ? *before : 0) + (ended ? *ended : 0);
  }

  // The hub works off revocations on its own; this waits for it.
  bool revocations_done() {
    return wait_until([&] { return rows_in("revocations") == 0; });
  }

  void expect_nothing_stored() {
    for (const auto* table : {"accounts", "account_secrets", "account_tokens", "flows"})
      EXPECT_EQ(rows_in(table), 0) << table;
  }

  // All lines of the audit log.
  std::string audited() const {
    std::string all;
    for (const auto& file : fs::directory_iterator(data + "/audit"))
      all += read_bytes(file.path().string());
    return all;
  }

  std::uint64_t calls(const std::string& route) { return personio.kit().calls().count(route); }
  bool called(const std::string& route, std::uint64_t times = 1) {
    return personio.kit().calls().wait_for(route, times, 60s);
  }

  // As if the tokens that the hub holds had ended; the provider's own go on.
  void let_held_tokens_end(const std::string& account_id) {
    sql("UPDATE account_tokens SET expires = 1 WHERE account_id = '" + account_id + "'");
    wait(hub->keeper().forget(account_id));
  }

  TempFolder folder;
  std::string data = folder / "data";
  std::optional<store::StoreLocation> store_location;
  std::string key_file = folder / "key";
  std::string connectors = folder / "connectors";
  std::string worker_program = kWorkerProgram;
  connector::TrustPolicy trust{.approve_all = true, .pinned = {}, .trusted_keys = {}};
  std::vector<net::EgressOverride> overrides;  // besides Personio's
  std::optional<net::EgressOverride> in_personios_place;
  accounts::KeeperOptions keeper;
  pacing::PaceOptions pace;
  std::size_t loops = 2;
  bool probe_permissions = false;  // they would be calls that a test did not make
  connector::RestartLimits restart;
  PersonioSandbox personio;
  std::unique_ptr<cli::Hub> hub;
};

}  // namespace patchbay::integration
