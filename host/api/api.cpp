#include "api/api.h"

#include "api/openapi.h"
#include "base/log.h"
#include "store/change_sequence_table.h"

namespace patchbay::api {

Api::Api(Options options)
    : options_(std::move(options)),
      keys_(options_.services.store, options_.services.clock, options_.services.instance),
      issuer_(options_.services),
      own_tokens_(options_.tokens == nullptr
                      ? std::make_unique<actions::KeeperTokens>(options_.keeper)
                      : nullptr),
      tokens_(own_tokens_ ? *own_tokens_ : *options_.tokens),
      audit_(options_.audit),
      runner_(options_.services, tokens_, options_.runner),
      raw_(
          options_.services, tokens_,
          [this](std::string_view id) { return runner_.find_connector(id); },
          options_.runner.limits),
      logs_(options_.services, options_.log_bodies),
      idempotency_(options_.services),
      integrations_(options_.services),
      webhooks_(options_.services),
      inbound_urls_(options_.services),
      receiver_(options_.services) {}

Api::~Api() = default;

void Api::add_routes(net::Router& router) {
  add(router, "GET", "/accounts", Scope::kAccounts, &Api::list_accounts);
  add(router, "GET", "/accounts/{id}", Scope::kAccounts, &Api::get_account);
  add(router, "PATCH", "/accounts/{id}", Scope::kAccounts, &Api::change_account);
  add(router, "DELETE", "/accounts/{id}", Scope::kAccounts, &Api::unlink_account);
  add(router, "GET", "/accounts/{id}/meta", Scope::kAccounts, &Api::account_meta);
  add(router, "POST", "/accounts/{id}/suspend", Scope::kAccounts, &Api::suspend_account);
  add(router, "POST", "/accounts/{id}/resume", Scope::kAccounts, &Api::resume_account);
  add(router, "POST", "/accounts/{id}/permissions/check", Scope::kAccounts,
      &Api::check_account_permissions, Errors::kOwn);
  add(router, "GET", "/accounts/{id}/permissions", Scope::kAccounts, &Api::account_permissions,
      Errors::kOwn);
  add(router, "GET", "/accounts/{id}/explanation", Scope::kAccounts, &Api::explain_account,
      Errors::kOwn);
  add(router, "POST", "/accounts/{id}/manage_link", Scope::kAccounts, &Api::make_manage_link,
      Errors::kOwn);
  add(router, "POST", "/connect_sessions", Scope::kAccounts, &Api::create_session);
  add(router, "POST", "/connect_sessions/authenticate", Scope::kAccounts,
      &Api::authenticate_session);
  add(router, "GET", "/actions", Scope::kActions, &Api::list_actions);
  add(router, "POST", "/actions/search", Scope::kActions, &Api::search_actions);
  add(router, "POST", "/actions/rpc", Scope::kActions, &Api::run_action);
  add(router, "POST", "/unified/proxy", Scope::kActions, &Api::proxy);
  add(router, "GET", "/connectors/meta", Scope::kActions, &Api::list_connectors);
  add(router, "GET", "/connectors/meta/{provider}", Scope::kActions, &Api::get_connector);
  add(router, "GET", "/connectors/meta/{provider}/permissions", Scope::kActions,
      &Api::needed_permissions);
  add(router, "GET", "/requests/logs", Scope::kAdmin, &Api::list_request_logs);
  add(router, "GET", "/requests/platform-logs", Scope::kAdmin, &Api::list_request_logs);
  add(router, "GET", "/requests/logs/steps", Scope::kAdmin, &Api::list_step_logs);
  add(router, "GET", "/requests/logs/{id}", Scope::kAdmin, &Api::get_request_log);
  add(router, "GET", "/accounts/{id}/access_token", Scope::kTokens, &Api::read_token, Errors::kOwn,
      [this](net::Request& request, net::Response& answer) {
        return read_held_token(request, answer);
      });
  const auto add_own = [&](std::string_view method, std::string_view pattern, Scope scope,
                           Handler handler) {
    add(router, method, pattern, scope, handler, Errors::kOwn);
  };
  add_own("GET", "/events", Scope::kAccounts, &Api::list_events);
  add_own("POST", "/accounts/{id}/inbound_url", Scope::kAccounts, &Api::make_inbound_url);
  add_own("DELETE", "/accounts/{id}/inbound_url", Scope::kAccounts, &Api::withdraw_inbound_url);
  add_own("GET", "/accounts/{id}/provider_events", Scope::kActions, &Api::list_provider_events);
  add_own("DELETE", "/owners/{id}", Scope::kAdmin, &Api::erase_owner);
  add_own("GET", "/integrations", Scope::kAdmin, &Api::list_integrations);
  add_own("POST", "/integrations", Scope::kAdmin, &Api::create_integration);
  add_own("GET", "/integrations/{id}", Scope::kAdmin, &Api::get_integration);
  add_own("PATCH", "/integrations/{id}", Scope::kAdmin, &Api::change_integration);
  add_own("PUT", "/integrations/{id}/setup", Scope::kAdmin, &Api::set_integration_up);
  add_own("GET", "/api_keys", Scope::kAdmin, &Api::list_keys);
  add_own("POST", "/api_keys", Scope::kAdmin, &Api::create_key);
  add_own("POST", "/api_keys/{id}/rotate", Scope::kAdmin, &Api::rotate_key);
  add_own("DELETE", "/api_keys/{id}", Scope::kAdmin, &Api::revoke_key);
  add_own("GET", "/webhooks", Scope::kAdmin, &Api::list_webhooks);
  add_own("POST", "/webhooks", Scope::kAdmin, &Api::create_webhook);
  add_own("GET", "/webhooks/{id}", Scope::kAdmin, &Api::get_webhook);
  add_own("PATCH", "/webhooks/{id}", Scope::kAdmin, &Api::change_webhook);
  add_own("DELETE", "/webhooks/{id}", Scope::kAdmin, &Api::remove_webhook);
  add_own("POST", "/webhooks/{id}/secret", Scope::kAdmin, &Api::rotate_webhook_secret);
  add_own("POST", "/webhooks/{id}/test", Scope::kAdmin, &Api::test_webhook);
  add_own("GET", "/webhooks/{id}/deliveries", Scope::kAdmin, &Api::list_webhook_deliveries);
  add_own("POST", "/webhooks/{id}/replay", Scope::kAdmin, &Api::replay_webhook);
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    router.add(method, "/accounts/{id}/proxy/{path...}",
               [this](net::Request& request) { return pass_on(request); });
  router.add("POST", "/in/{account}/{token}",
             [this](net::Request& request) { return receive_event(request); });
  router.add("GET", "/healthz", [this](net::Request& request) { return healthz(request); });
  router.add("GET", "/readyz", [this](net::Request& request) { return readyz(request); });
  router.add("GET", "/openapi.json", [](net::Request& request) -> Task<net::Response> {
    co_return openapi_response(request);
  });
}

void Api::add(net::Router& router, std::string_view method, std::string_view pattern, Scope scope,
              Handler handler, Errors errors, net::AtOnce at_once) {
  router.add(
      method, pattern,
      [this, scope, handler, errors](net::Request& request) {
        return answer(scope, handler, errors, request);
      },
      std::move(at_once));
}

Task<net::Response> Api::answer(Scope scope, Handler handler, Errors errors,
                                net::Request& request) {
  const auto refused = [&](const ApiError& what) {
    return errors == Errors::kOwn ? problem_error(what, request) : error(request, what);
  };
  const auto caller = co_await keys_.identify(request, scope);
  if (!caller) co_return refused(api_error(caller.error()));
  if (!IdempotencyKeys::wanted(request)) co_return co_await (this->*handler)(request, *caller);
  auto claimed = co_await idempotency_.claim(request, *caller);
  if (const auto* why = std::get_if<ApiError>(&claimed)) co_return refused(*why);
  if (auto* before = std::get_if<net::Response>(&claimed)) co_return std::move(*before);
  auto answer = co_await (this->*handler)(request, *caller);
  co_await idempotency_.settle(std::get<IdempotencyKeys::Claim>(std::move(claimed)), answer);
  co_return answer;
}

net::Response Api::error(const net::Request& request, const ApiError& what) const {
  return stackone_error(what, request, options_.services.clock.unix_ms());
}

// The process answers; nothing else is looked at.
Task<net::Response> Api::healthz(net::Request& /*request*/) {
  co_return net::json("{\"status\":\"ok\"}");
}

Task<net::Response> Api::readyz(net::Request& request) {
  const auto read = co_await options_.services.store.read(store::change_sequence_table::current);
  if (!read) {
    ApiError what = api_error(read.error());
    what.status = 503;
    co_return problem_error(what, request);
  }
  co_return net::json("{\"status\":\"ready\"}");
}

}  // namespace patchbay::api
