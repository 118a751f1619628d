#pragma once
// A served hub with two projects: the caller's own, with one of everything, named as the examples
// of the API's description name it, and another one with the same. For tests that walk all routes.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/connection_attempts.h"
#include "base/hash.h"
#include "served_api_fixture.h"
#include "store/connect_sessions_table.h"
#include "store/events_table.h"
#include "store/flows_table.h"
#include "store/inbound_urls_table.h"
#include "store/provider_events_table.h"
#include "store/request_logs_table.h"
#include "store/webhook_deliveries_table.h"
#include "store/webhook_endpoints_table.h"
#include "support/described_request.h"

namespace patchbay::api {

using test::ApiDescription;
using Operation = ApiDescription::Operation;

inline constexpr const char* kOwn = "prj_2";
inline constexpr const char* kOthers = "prj_1";
// As the description's example has it.
inline constexpr const char* kOwnToken = "example-token-of-a-connect-session-000000000";

inline constexpr const char* kOwnInboundToken = "example-token-of-an-inbound-url-000000000000";

// Of a connection attempt, as it begins.
inline constexpr const char* kMade =
    R"({"stage":"made","ends":2000000000000,"kept_until":2000000000000})";

// What a caller might name, and one of the same kind that nobody has.
struct Named {
  std::string theirs;
  std::string nobodys;
};

class TwoTenants {
 public:
  TwoTenants() {
    own_key_ = make_key(kOwn);
    const std::string their_key = make_key(kOthers);
    hub_.hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY(store::integrations_table::insert(db, own_integration()));
      store::AccountDetails details;
      details.label = "their-label";
      details.metadata = R"({"note":"their-note"})";
      PATCHBAY_TRY(store::accounts_table::update_details(db, kOthers, "acc_1", details, 1));
      PATCHBAY_TRY(insert_session(db, kOthers, "owner_1", "int_1", "acc_1", kTheirToken));
      PATCHBAY_TRY(insert_webhook(db, kOthers, "wh_1"));
      PATCHBAY_TRY(insert_log(db, kOthers, "log_1", "acc_1"));
      PATCHBAY_TRY(insert_attempt(db, kOthers, "att_1", "ses_1"));
      PATCHBAY_TRY(insert_inbound(db, kOthers, "acc_1", kTheirInboundToken));
      PATCHBAY_TRY(store::events_table::append(
          db, {0, kOthers, "account.updated", "acc_1", R"({"origin_owner_id":"owner_1"})", 1}));
      PATCHBAY_TRY_ASSIGN(const auto keys, store::api_keys_table::list(db, kOthers));
      their_key_id_ = keys.at(0).id;
      return {};
    });
    named_ = {{"acc_1", "acc_9"},
              {"int_1", "int_9"},
              {"ses_1", "ses_9"},
              {"wh_1", "wh_9"},
              {"log_1", "log_9"},
              {"req-of-theirs", "req-of-nobody"},
              {"att_1", "att_9"},
              {kTheirToken, std::string(43, 'x')},
              {their_key_id_, "key_99999999999999999999"},
              {their_key.substr(3, 20), std::string(20, 'x')},
              {kTheirInboundToken, std::string(44, 'x')},
              {kOthers, "prj_9"},
              {"owner_1", "owner_9"}};
    make_own();
  }

  // What is the caller's own, as the description's examples name it, as if nothing had happened to
  // it. Done before each call that may change it.
  void make_own() {
    hub_.hub.change([&](store::Database& db) -> Result<> {
      for (const auto* table : {"account_tokens", "account_secrets", "flows", "connect_sessions",
                                "accounts", "webhook_endpoints", "request_logs", "events"})
        PATCHBAY_TRY(db.query("DELETE FROM " + std::string(table) + " WHERE project_id = 'prj_2'"));
      PATCHBAY_TRY(
          db.query("DELETE FROM integrations WHERE project_id = 'prj_2' AND id <> 'int_example'"));
      PATCHBAY_TRY(store::integrations_table::update(db, own_integration()));
      PATCHBAY_TRY(store::integrations_table::set_default(db, kOwn, "int_example"));
      store::Account account = hub_.hub.account;
      account.id = "acc_example";
      account.project_id = kOwn;
      account.integration_id = "int_example";
      account.owner_id = "tenant-1";
      account.owner_name = "Nordwind GmbH";
      account.created += 1;
      PATCHBAY_TRY(store::accounts_table::insert(db, account));
      PATCHBAY_TRY(insert_inbound(db, kOwn, "acc_example", kOwnInboundToken));
      PATCHBAY_TRY(insert_webhook(db, kOwn, "wh_example"));
      PATCHBAY_TRY(insert_log(db, kOwn, "log_example", "acc_example"));
      PATCHBAY_TRY(db.execute("DELETE FROM api_keys WHERE project_id = 'prj_2' AND prefix <> ?",
                              {own_key_.substr(3, 20)}));
      store::ApiKey key{"key_example", kOwn, "examplexexamplexexam", "", "example", "accounts"};
      PATCHBAY_TRY(store::api_keys_table::insert(db, key));
      PATCHBAY_TRY(insert_attempt(db, kOwn, "att_example", "ses_example"));
      return insert_session(db, kOwn, "tenant-1", "int_example", "", kOwnToken);
    });
  }

  // `change` may alter the request before it is sent.
  net::Response ask(const Operation& operation, const test::Filled* filled = nullptr,
                    test::Examples examples = test::Examples::kAll,
                    const std::function<void(net::Request&)>& change = {}) {
    if (operation.method != "GET") make_own();
    hub_.hub.provider.replies.clear();
    hub_.hub.provider.answer(200, R"({"data":[{"id":1}]})");
    auto request = test::example_request(ApiDescription::built(), operation, filled, examples);
    request.id = "req-1";
    request.host = "hub.example";
    request.peer_address = "127.0.0.1";
    if (test::needs_session(operation))
      request.headers.set("x-hub-session-token", kOwnToken);
    else if (operation.path.starts_with("/in/"))
      request.headers.set("Authorization", kInboundSecret);
    else
      request.headers.set("Authorization", "Bearer " + own_key_);
    if (change) change(request);
    know_key();
    const auto before = hub_.hub.statements;
    auto response = hub_.hub.loops.block_on(hub_.router.dispatch(request));
    cost_ = hub_.hub.statements - before;
    test::expect_described(operation.method, request.target, response, request.body.reveal());
    return response;
  }

  // Statements that the store was given for the last request.
  [[nodiscard]] std::size_t cost() const { return cost_; }

  // Nothing of what the other project has came out, but what the caller named.
  void expect_no_trace(const std::string& body, const std::string& named) const {
    const std::vector<std::string> words = {
        "acc_1",       "int_1",       "ses_1",      kTheirToken,     "owner_1",
        "wh_1",        "log_1",       "att_1",      "prj_1",         "Example GmbH",
        "their-label", their_key_id_, "their-note", "req-of-theirs", kTheirInboundToken,
        "their-event"};
    for (const auto& word : words)
      if (word != named) EXPECT_EQ(body.find(word), std::string::npos) << word << " in " << body;
  }

  void expect_theirs_untouched() {
    hub_.hub.change([&](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const auto account, store::accounts_table::find(db, kOthers, "acc_1"));
      EXPECT_TRUE(account && account->updated == 1 && account->generation == 1 &&
                  account->status == store::AccountStatus::kActive && account->last_used == 0);
      PATCHBAY_TRY_ASSIGN(const auto session,
                          store::connect_sessions_table::find(db, kOthers, "ses_1"));
      EXPECT_TRUE(session && session->status == store::SessionStatus::kOpen);
      PATCHBAY_TRY_ASSIGN(const auto integration,
                          store::integrations_table::find(db, kOthers, "int_1"));
      EXPECT_TRUE(integration && integration->active && integration->name == "Acme" &&
                  integration->sealed_setup.empty() && !integration->allowed_actions);
      PATCHBAY_TRY_ASSIGN(const auto webhook,
                          store::webhook_endpoints_table::find(db, kOthers, "wh_1"));
      EXPECT_TRUE(webhook && webhook->active && webhook->description.empty());
      PATCHBAY_TRY_ASSIGN(const auto sent,
                          store::webhook_deliveries_table::list(db, "wh_1", 0, 10));
      EXPECT_EQ(sent.size(), 1U);
      PATCHBAY_TRY_ASSIGN(const auto told,
                          store::provider_events_table::list(db, kOthers, "acc_1", 0, 10));
      EXPECT_EQ(told.size(), 1U);
      EXPECT_TRUE(store::inbound_urls_table::find(db, sha256_hex(kTheirInboundToken), 1).value());
      PATCHBAY_TRY_ASSIGN(const auto attempt, store::flows_table::find(db, "att_1"));
      EXPECT_TRUE(attempt && attempt->state == kMade);
      return {};
    });
  }

  [[nodiscard]] const std::vector<Named>& named() const { return named_; }
  [[nodiscard]] test::Hub& hub() { return hub_.hub; }
  [[nodiscard]] Api& api() { return hub_.served.api(); }
  [[nodiscard]] test::WillingRuntime& connector() { return *hub_.connectors.runtime; }

  std::string make_key(const std::string& project,
                       const std::string& scopes = "accounts actions tokens admin") {
    auto made = hub_.hub.loops.block_on(
        create_api_key(hub_.hub.store(), hub_.hub.clock, hub_.hub.random, project, "test", scopes));
    EXPECT_TRUE(made);
    return made ? std::string(made->key.reveal()) : std::string();
  }

 private:
  static constexpr const char* kTheirToken = "their-token-of-a-connect-session-00000000000";

  static constexpr const char* kTheirInboundToken = "their-token-of-an-inbound-url-00000000000000";
  static constexpr const char* kInboundSecret = "the-secret-of-an-inbound-url";

  Result<> insert_inbound(store::Database& db, const char* project, const char* account,
                          const char* token) {
    PATCHBAY_TRY(store::inbound_urls_table::insert(
        db, {"inb_" + std::string(account), project, account, sha256_hex(token), "Authorization",
             sha256_hex(kInboundSecret), 1, 0}));
    store::ProviderEvent event;
    event.id = "pev_" + std::string(account);
    event.project_id = project;
    event.account_id = account;
    event.type = std::string(project) == kOwn ? "own-event" : "their-event";
    PATCHBAY_TRY_ASSIGN(event.sealed,
                        hub_.services.vault.seal(
                            "{}", {store::kProviderEventsTable, project, event.id, "payload", 0}));
    PATCHBAY_TRY(store::provider_events_table::insert(db, event));
    return {};
  }

  // A key is looked up anew after each change of the store that may have withdrawn it.
  void know_key() {
    net::Request request;
    request.method = "GET";
    request.target = "/webhooks";
    request.host = "hub.example";
    request.id = "req-0";
    EXPECT_TRUE(net::decode_target(request.target, request));
    request.headers.set("Authorization", "Bearer " + own_key_);
    EXPECT_EQ(hub_.hub.loops.block_on(hub_.router.dispatch(request)).status, 200U);
  }

  static Result<> insert_session(store::Database& db, const char* project, const char* owner,
                                 const char* integration, const char* account, const char* token) {
    store::ConnectSession session;
    session.id = std::string(project) == kOwn ? "ses_example" : "ses_1";
    session.project_id = project;
    session.token_hash = sha256_hex(token);
    session.owner_id = session.owner_name = owner;
    session.connector_id = "acme";
    session.integration_id = integration;
    session.account_id = account;
    session.created = 1;
    session.expires = 2'000'000'000'000;
    PATCHBAY_TRY(store::connect_sessions_table::insert(db, session));
    return {};
  }

  static Result<> insert_attempt(store::Database& db, const char* project, const char* id,
                                 const char* session) {
    const auto kind = std::string(accounts::kAttemptKind);
    return store::flows_table::insert(db, {id, project, kind, session, "", "", kMade, "", 1, 1});
  }

  [[nodiscard]] store::Integration own_integration() const {
    auto integration = hub_.hub.integration;
    integration.id = "int_example";
    integration.project_id = kOwn;
    integration.is_default = true;
    integration.allowed_actions = R"(["acme_list","raw_reads","raw_writes"])";
    return integration;
  }
  static Result<> insert_webhook(store::Database& db, const char* project, const char* id) {
    store::WebhookEndpoint endpoint;
    endpoint.id = id;
    endpoint.project_id = project;
    endpoint.url = "https://hooks.example.com/" + std::string(id);
    return store::webhook_endpoints_table::insert(db, endpoint);
  }

  static Result<> insert_log(store::Database& db, const std::string& project, const std::string& id,
                             const std::string& account) {
    store::RequestLog log;
    log.id = id;
    log.project_id = project;
    log.request_id = project == kOwn ? "req-of-ones-own" : "req-of-theirs";
    log.source = "api";
    log.account_id = account;
    log.method = "POST";
    log.path = "/actions/rpc";
    log.status = 200;
    log.started = 1'770'000'000'000;
    log.steps = {{"stp_" + id, 1, "GET", "api.acme.example", "/v1/people", 200, "", 1, 2}};
    return store::request_logs_table::insert(db, log);
  }

  test::ServedHub hub_;
  std::string own_key_;
  std::string their_key_id_;
  std::vector<Named> named_;
  std::size_t cost_ = 0;
};

}  // namespace patchbay::api
