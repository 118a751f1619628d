#pragma once
// The hub's REST API on a router. Every route but the health checks and the description asks for an
// API key and one of its scopes; what a key's project does not own is 404. Each route is described
// in api/openapi/. Handlers run on the connection's loop, any loop; an Api outlives the router's
// use.
//
// StackOne's paths (accounts, connect sessions, action calls) follow their wire protocol, so that
// their published clients work; `access_token` and the health checks are our own.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "accounts/account_service.h"
#include "accounts/integration_service.h"
#include "actions/action_runner.h"
#include "actions/raw_caller.h"
#include "actions/token_source.h"
#include "api/api_keys.h"
#include "api/call_action.h"
#include "api/errors.h"
#include "api/idempotency.h"
#include "api/key_issuer.h"
#include "api/request_logs.h"
#include "audit/audit_log.h"
#include "inbound/inbound_urls.h"
#include "inbound/receiver.h"
#include "net/http_server.h"
#include "net/router.h"
#include "webhooks/webhook_endpoints.h"

namespace patchbay::api {

struct Options {
  // How browsers reach the hub, without a slash at the end; asked for with each link made.
  std::function<std::string()> hub_url;
  accounts::AccountService& accounts;
  const accounts::Services& services;
  accounts::TokenKeeper& keeper;
  audit::AuditLog& audit;

  // For tests; null: the keeper.
  actions::TokenSource* tokens = nullptr;
  actions::RunnerOptions runner{};
  LogBodies log_bodies = LogBodies::kOff;
};

class Api {
 public:
  explicit Api(Options options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  void add_routes(net::Router& router);

  // For the server: whether a request may have a body above the usual bound. large_bodies.cpp.
  Task<std::variant<net::LargeBody, net::Response>> admit_body(const net::Request& head,
                                                               std::optional<std::uint64_t> length);
  // Whether that is asked about a body in chunks, too.
  static bool takes_streams(const net::Request& head);

  [[nodiscard]] ApiKeys& keys() { return keys_; }
  [[nodiscard]] actions::ActionRunner& runner() { return runner_; }
  [[nodiscard]] RequestLogs& logs() { return logs_; }
  // For calls to providers.
  [[nodiscard]] CallDoor door() { return {keys_, audit_, logs_, options_.services.clock}; }

 private:
  using Handler = Task<net::Response> (Api::*)(net::Request&, const Caller&);
  enum class Errors : std::uint8_t { kStackOne, kOwn };

  void add(net::Router& router, std::string_view method, std::string_view pattern, Scope scope,
           Handler handler, Errors errors = Errors::kStackOne, net::AtOnce at_once = nullptr);
  Task<net::Response> answer(Scope scope, Handler handler, Errors errors, net::Request& request);

  // accounts_routes.cpp
  Task<net::Response> list_accounts(net::Request& request, const Caller& caller);
  Task<net::Response> get_account(net::Request& request, const Caller& caller);
  Task<net::Response> change_account(net::Request& request, const Caller& caller);
  Task<net::Response> unlink_account(net::Request& request, const Caller& caller);
  Task<net::Response> suspend_account(net::Request& request, const Caller& caller);
  Task<net::Response> resume_account(net::Request& request, const Caller& caller);
  Task<net::Response> account_meta(net::Request& request, const Caller& caller);
  net::Response account_response(const store::Account& account);
  // sessions_routes.cpp
  Task<net::Response> create_session(net::Request& request, const Caller& caller);
  Task<net::Response> authenticate_session(net::Request& request, const Caller& caller);
  Task<net::Response> make_manage_link(net::Request& request, const Caller& caller);
  // Fills in the provider of a named integration. kInvalidArgument when one of the two is unknown.
  Task<Result<>> check_target(accounts::SessionRequest& wanted);
  // actions_routes.cpp
  Task<net::Response> run_action(net::Request& request, const Caller& caller);
  Task<net::Response> stream_records(net::Request& request, const manifest::Action* action,
                                     actions::ActionCall call);
  // proxy_routes.cpp
  Task<net::Response> proxy(net::Request& request, const Caller& caller);
  // passing_on_routes.cpp
  Task<net::Response> pass_on(net::Request& request);
  // catalogue_routes.cpp
  struct Allowed {
    std::vector<std::string> connectors;
    std::vector<std::string> actions;
  };
  Task<Result<Allowed>> allowed_to(const Caller& caller,
                                   const std::vector<std::string>& account_ids);
  Task<net::Response> list_actions(net::Request& request, const Caller& caller);
  Task<net::Response> search_actions(net::Request& request, const Caller& caller);
  Task<net::Response> list_connectors(net::Request& request, const Caller& caller);
  Task<net::Response> get_connector(net::Request& request, const Caller& caller);
  // permissions_routes.cpp
  Task<net::Response> account_permissions(net::Request& request, const Caller& caller);
  Task<net::Response> check_account_permissions(net::Request& request, const Caller& caller);
  Task<net::Response> needed_permissions(net::Request& request, const Caller& caller);
  // explanation_routes.cpp
  Task<net::Response> explain_account(net::Request& request, const Caller& caller);
  // owners_routes.cpp
  Task<net::Response> erase_owner(net::Request& request, const Caller& caller);
  // logs_routes.cpp
  Task<net::Response> list_request_logs(net::Request& request, const Caller& caller);
  Task<net::Response> get_request_log(net::Request& request, const Caller& caller);
  Task<net::Response> list_step_logs(net::Request& request, const Caller& caller);
  // token_routes.cpp
  bool read_held_token(net::Request& request, net::Response& answer);
  Result<> hand_out(const net::Request& request, const Caller& caller,
                    const accounts::HeldToken& token, net::Response& answer);
  Task<net::Response> read_token(net::Request& request, const Caller& caller);
  // Once; nothing when access was changed meanwhile.
  Task<std::optional<net::Response>> try_read_token(net::Request& request, const Caller& caller,
                                                    std::int64_t validity_ms);

  // integrations_routes.cpp
  Task<net::Response> list_integrations(net::Request& request, const Caller& caller);
  Task<net::Response> create_integration(net::Request& request, const Caller& caller);
  Task<net::Response> get_integration(net::Request& request, const Caller& caller);
  Task<net::Response> change_integration(net::Request& request, const Caller& caller);
  Task<net::Response> set_integration_up(net::Request& request, const Caller& caller);
  net::Response integration_response(const store::Integration& integration, unsigned status);
  // keys_routes.cpp
  Task<net::Response> list_keys(net::Request& request, const Caller& caller);
  Task<net::Response> create_key(net::Request& request, const Caller& caller);
  Task<net::Response> rotate_key(net::Request& request, const Caller& caller);
  Task<net::Response> revoke_key(net::Request& request, const Caller& caller);
  // webhooks_routes.cpp
  Task<net::Response> list_webhooks(net::Request& request, const Caller& caller);
  Task<net::Response> create_webhook(net::Request& request, const Caller& caller);
  Task<net::Response> get_webhook(net::Request& request, const Caller& caller);
  Task<net::Response> change_webhook(net::Request& request, const Caller& caller);
  Task<net::Response> remove_webhook(net::Request& request, const Caller& caller);
  Task<net::Response> rotate_webhook_secret(net::Request& request, const Caller& caller);
  Task<net::Response> test_webhook(net::Request& request, const Caller& caller);
  Task<net::Response> list_webhook_deliveries(net::Request& request, const Caller& caller);
  Task<net::Response> replay_webhook(net::Request& request, const Caller& caller);
  Task<net::Response> list_events(net::Request& request, const Caller& caller);

  // inbound_routes.cpp
  Task<net::Response> make_inbound_url(net::Request& request, const Caller& caller);
  Task<net::Response> withdraw_inbound_url(net::Request& request, const Caller& caller);
  Task<net::Response> list_provider_events(net::Request& request, const Caller& caller);
  Task<net::Response> receive_event(net::Request& request);

  Task<net::Response> healthz(net::Request& request);
  Task<net::Response> readyz(net::Request& request);

  // In the form of StackOne's paths.
  net::Response error(const net::Request& request, const ApiError& what) const;

  const Options options_;
  ApiKeys keys_;
  KeyIssuer issuer_;
  std::unique_ptr<actions::TokenSource> own_tokens_;
  actions::TokenSource& tokens_;
  audit::AuditLog& audit_;
  actions::ActionRunner runner_;
  actions::RawCaller raw_;
  RequestLogs logs_;
  IdempotencyKeys idempotency_;
  accounts::IntegrationService integrations_;
  webhooks::WebhookEndpoints webhooks_;
  inbound::InboundUrls inbound_urls_;
  inbound::Receiver receiver_;
};

}  // namespace patchbay::api
