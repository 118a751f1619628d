#pragma once
// What the tests of actions and API share: a manifest of an invented provider, a provider that
// answers from a script, tokens without a keeper, and a hub's worth of services around them.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "accounts/services.h"
#include "actions/action_runner.h"
#include "base/json.h"
#include "counting_database.h"
#include "manifest/parse.h"
#include "store/account_credentials.h"
#include "store/integrations_table.h"
#include "store/migrations.h"
#include "store/open_vault.h"
#include "store/projects_table.h"

namespace patchbay::test {

// `actions` is a JSON list; every label in it is "t".
inline std::string acme_json(const std::string& actions) {
  return R"json({
"format":"patchbay-manifest/1","id":"acme","version":"1.0.0","name":"name","summary":"t",
"auth_methods":[{"id":"key","label":"t","grant_type":"custom","renewal":"mint_anew",
 "fields":[{"id":"company","type":"text","label":"t","required":true,"format":"host_label","pattern_error":"t"},
  {"id":"user","type":"text","label":"t"},
  {"id":"secret","type":"password","label":"t","secret":true}],
 "setup_fields":[{"id":"tenant","type":"text","label":"t"},
  {"id":"partner_key","type":"password","label":"t","secret":true}],
 "environments":[{"id":"production","label":"t"},{"id":"sandbox","label":"t"}],
 "tokens":[{"name":"main","lifetime_s":3600}],
 "authorization":[
  {"token":"main","kind":"bearer","value":{"token":"main"}},
  {"token":"in_query","kind":"query","name":"api_key","value":{"token":"main"}},
  {"token":"in_header","kind":"header","name":"X-Api-Key","prefix":"Key ","value":{"field":"secret"}},
  {"token":"basic","kind":"basic","user":{"field":"user"},"value":{"field":"secret"}}]}],
"permissions":[{"id":"people","label":"people","read":{"scopes":["p:read"]},"write":{"scopes":["p:write"]}}],
"hosts":[{"host":"api.acme.example"},{"host":"{company}.acme.example","port":8443}],
"rate_limits":[{"id":"people","paths":["/v1/people"],"counts":"account","requests":10,"per_s":60,"cool_down_s":7}],
"inbound_events":{"secret_header":"Authorization","type":"/type","identity":["/id","/type"]},
"actions":)json" +
         actions + R"json(,"texts":{"en":{"t":"Text","name":"Acme","people":"People"}}})json";
}

inline std::shared_ptr<const manifest::Manifest> parsed_manifest(const std::string& json) {
  auto outcome = manifest::parse_manifest(json);
  for (const auto& problem : outcome.problems)
    ADD_FAILURE() << problem.rule << " at " << problem.pointer << ": " << problem.message;
  if (!outcome.manifest) std::abort();
  return outcome.manifest;
}

inline std::shared_ptr<const manifest::Manifest> acme(const std::string& actions) {
  return parsed_manifest(acme_json(actions));
}

// The rest of an action around its request, pagination and result.
inline std::string action(const std::string& id, const std::string& input, const std::string& more,
                          const std::string& hints = "{}") {
  return R"({"id":"acme_)" + id + R"(","label":"t","description":"t","input":)" + input +
         R"(,"permissions":["people:read"],"hints":)" + hints + "," + more + "}";
}

inline json::Document parsed(std::string_view text) {
  auto document = json::Document::parse(text);
  if (!document) {
    ADD_FAILURE() << document.error().message << ": " << text;
    std::abort();
  }
  return *std::move(document);
}

class ScriptedProvider final : public net::HttpSender {
 public:
  net::Task<net::ClientReply> send(net::ClientRequest request,
                                   std::chrono::milliseconds time) override {
    within = time;
    if (on_request) on_request(request);
    requests.push_back(std::move(request));
    if (replies.empty()) {
      ADD_FAILURE() << "an unexpected request to " << requests.back().url;
      net::ClientReply none;
      none.error = net::NetError::kConnect;
      co_return none;
    }
    net::ClientReply reply = std::move(replies.front());
    replies.pop_front();
    co_return reply;
  }

  net::ClientReply& answer(unsigned status, std::string_view body,
                           std::string_view type = "application/json") {
    net::ClientReply reply;
    reply.status = status;
    reply.body = SecretString(body);
    reply.headers.set("Content-Type", type);
    replies.push_back(std::move(reply));
    return replies.back();
  }

  std::deque<net::ClientReply> replies;
  std::vector<net::ClientRequest> requests;
  std::function<void(const net::ClientRequest&)> on_request;
  std::chrono::milliseconds within{};  // of the last one
};

// Hands out "token-1", and after each refusal the next number.
class CountingTokens final : public actions::TokenSource {
 public:
  net::Task<Result<accounts::AccessToken>> token(std::string project_id, std::string account_id,
                                                 std::string token_name,
                                                 std::int64_t min_validity_ms) override {
    asked_validity_ms = min_validity_ms;
    if (only && *only != std::pair(project_id, account_id))
      co_return make_error(ErrorCode::kNotFound, "There is no such account.");
    if (meanwhile) meanwhile();
    if (failure) co_return *failure;
    if (token_name.empty()) token_name = "main";
    if (token_name != "main")
      co_return make_error(ErrorCode::kNotFound, "There is no token of that name.");
    co_return make(token_name);
  }
  net::Task<Result<accounts::AccessToken>> replace_refused(std::string /*project_id*/,
                                                           std::string /*account_id*/,
                                                           std::string token_name,
                                                           SecretString refused) override {
    refusals.emplace_back(refused.reveal());
    if (failure_on_replace) co_return *failure_on_replace;
    ++number;
    co_return make(token_name);
  }

  int number = 1;
  std::int64_t asked_validity_ms = 0;
  std::optional<std::pair<std::string, std::string>> only;  // project and account that has tokens
  std::function<void()> meanwhile;                          // happens while a token is fetched
  std::vector<std::string> refusals;
  std::optional<Error> failure;
  std::optional<Error> failure_on_replace;

 private:
  accounts::AccessToken make(const std::string& name) const {
    return {name, SecretString("token-" + std::to_string(number)), "Bearer", 1'750'000'600'000,
            "p:read"};
  }
};

class RecordingAudit final : public audit::AuditLog {
 public:
  Result<> append(const audit::AuditEvent& event) override {
    if (failure) return *failure;
    events.push_back(event);
    return {};
  }
  std::vector<audit::AuditEvent> events;
  std::optional<Error> failure;
};

// One connector, as it is.
class InstalledConnector : public connector::Connectors {
 public:
  explicit InstalledConnector(connector::ConnectorPtr one = nullptr) : connector(std::move(one)) {}
  [[nodiscard]] connector::ConnectorPtr find(std::string_view id) const override {
    return id == connector->id ? connector : nullptr;
  }
  [[nodiscard]] std::vector<connector::ConnectorPtr> list() const override { return {connector}; }

  connector::ConnectorPtr connector;
};

// A store with one project, integration and account of "acme", and everything an ActionRunner
// needs.
class Hub {
 public:
  explicit Hub(const std::string& actions_json) : Hub(acme(actions_json)) {}
  explicit Hub(std::shared_ptr<const manifest::Manifest> its) : manifest(std::move(its)) {
    auto opened = store::open_sqlite({.path = ":memory:"});
    if (!opened) std::abort();
    EXPECT_TRUE(store::migrate(**opened));
    store_.emplace(std::make_unique<store::CountingDatabase>(*std::move(opened), statements),
                   store::Store::Runs::kCaller);
    auto kek = vault::KeyEncryptionKey::generate(random);
    auto unlocked = store_->transact_blocking(
        [&](store::Database& db) { return store::open_vault(db, kek, random, clock.unix_ms()); });
    if (!unlocked) std::abort();
    vault_.emplace(*std::move(unlocked));
    gate.emplace(*store_, clock, audit_log, connector::TrustPolicy{});
    registry = std::make_shared<connector::Registry>(
        loops.loop(0).get_executor(), connector::RegistryOptions{}, *gate, audit_log);
    instance.emplace(loops, *store_, clock, random);
    services.emplace(accounts::Services{
        loops, *store_, *vault_, *registry, clock, random, audit_log, {&provider}, *instance});
    auto ready = std::make_shared<connector::Connector>();
    ready->id = "acme";
    ready->state = connector::ConnectorState::kReady;
    ready->manifest = manifest;
    connector = ready;
    fill();
  }

  actions::RunnerOptions runner_options() {
    actions::RunnerOptions options;
    options.find_connector = [this](std::string_view id) {
      return id == "acme" ? connector : nullptr;
    };
    return options;
  }

  template <class Work>
  void change(Work work) {
    const auto done = store_->transact_blocking(std::move(work));
    EXPECT_TRUE(done) << done.error().message;
  }

  // One more secret of the account.
  void keep_secret(const std::string& name, std::string_view value) {
    change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto sealed,
                          vault_->seal(value, {store::kSecretsTable, "prj_1", "acc_1", name, 1}));
      return store::account_credentials::insert(db, account, {{name, sealed, 1}}, {});
    });
  }

  [[nodiscard]] store::Store& store() { return *store_; }

  std::size_t statements = 0;  // that the store was given
  std::shared_ptr<const manifest::Manifest> manifest;
  FakeClock clock;
  OsRandom random;
  net::LoopPool loops{1};
  RecordingAudit audit_log;
  std::optional<connector::StoredGate> gate;
  ScriptedProvider provider;
  CountingTokens tokens;
  std::shared_ptr<connector::Registry> registry;
  connector::ConnectorPtr connector;
  std::optional<instances::Instance> instance;
  std::optional<accounts::Services> services;
  store::Account account;
  store::Integration integration;

 private:
  void fill() {
    integration.id = "int_1";
    integration.project_id = "prj_1";
    integration.connector_id = "acme";
    integration.name = "Acme";
    integration.auth_method = "key";
    integration.environment = "production";
    integration.created = 1;
    account.id = "acc_1";
    account.project_id = "prj_1";
    account.integration_id = "int_1";
    account.connector_id = "acme";
    account.connector_version = "1.0.0";
    account.environment = "production";
    account.auth_method = "key";
    account.owner_id = "owner_1";
    account.owner_name = "Example GmbH";
    account.fields = R"({"company":"example","user":"ada"})";
    account.created = account.updated = account.status_changed = 1'749'000'000'000;
    change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY(store::projects_table::insert(db, {"prj_1", "One", 1}));
      PATCHBAY_TRY(store::projects_table::insert(db, {"prj_2", "Two", 1}));
      PATCHBAY_TRY(store::integrations_table::insert(db, integration));
      PATCHBAY_TRY(store::accounts_table::insert(db, account));
      PATCHBAY_TRY_ASSIGN(
          const auto sealed,
          vault_->seal("s3cret-value", {store::kSecretsTable, "prj_1", "acc_1", "secret", 1}));
      return store::account_credentials::insert(db, account, {{"secret", sealed, 1}}, {});
    });
  }

  std::optional<store::Store> store_;
  std::optional<vault::Vault> vault_;
};

}  // namespace patchbay::test
