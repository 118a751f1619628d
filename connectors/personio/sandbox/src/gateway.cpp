#include "gateway.h"

#include <utility>

#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

using sandbox::Request;
using sandbox::Response;
using sandbox::Router;

/// The valid token of a request and whose it is; both null when there is none.
struct Caller {
  const Token* token{nullptr};
  const Integration* integration{nullptr};
};

Caller caller_of(const Service& service, const Request& request, ApiVersion version) {
  const auto bearer = request.bearer();
  const Token* token = bearer ? service.tokens.find(*bearer, service.now_ms()) : nullptr;
  if (token == nullptr) return {};
  if (token->version != version && !service.options.tokens_interchangeable) return {};
  const Integration* integration = service.integrations.find(token->client_id);
  if (integration == nullptr) return {};
  return {.token = token, .integration = integration};
}

/// 2000 a minute for everything (Personio counts by address: here there is one), and for reading
/// employees 300 a minute and 15 a second.
bool v1_allows(Service& service, const Request& request) {
  if (!service.options.rate_limits) return true;
  const std::int64_t now = service.now_ms();
  const Options& options = service.options;
  const auto allow = [&](const char* key, std::int64_t limit, std::int64_t window_ms) {
    return service.windows.allow({.limit = limit, .window_ms = window_ms}, key, now);
  };
  bool allowed = allow("v1", options.v1_per_minute, 60'000);
  if (request.route == "GET /v1/company/employees") {
    allowed = allow("v1 employees, minute", options.v1_employees_per_minute, 60'000) && allowed;
    allowed = allow("v1 employees, second", options.v1_employees_per_second, 1000) && allowed;
  }
  return allowed;
}

/// A handler that refused a request without saying why in Violations.
void note_refusal(Service& service, int status) {
  const bool malformed = status == 400 || status == 415 || status == 422;
  if (malformed && !service.violations.in_call()) {
    service.violations.add("refused with " + std::to_string(status));
  }
}

Response v1_answer(Service& service, const Request& request, const std::string& scope,
                   const CallHandler& handler) {
  if (!v1_allows(service, request)) {
    Response refused = v1_error(429, 429, "Too many requests");
    if (service.options.retry_after) refused.headers.add("Retry-After", "1");
    return refused;
  }
  if (!request.bearer()) return v1_error(401, 401, "Authorization is not provided");
  const Caller caller = caller_of(service, request, ApiVersion::v1);
  if (caller.token == nullptr) return v1_error(403, 403, "Provided authorization is not valid");
  Response response;
  if (caller.token->has_scope(scope)) {
    response = handler({request, service, *caller.integration, *caller.token});
    note_refusal(service, response.status);
  } else {
    const auto status = static_cast<int>(service.options.v1_missing_right_status);
    response = v1_error(status, 0, "personio.core.api.exceptions.api.forbidden.http.exception");
  }
  response.headers.add("Authorization", "Bearer " + *request.bearer());
  return response;
}

Response missing_right(const Service& service, std::int64_t status) {
  if (status == 401) return v2_unauthorized(service);
  return status == 400 ? v2_unauthorized_token(service) : v2_forbidden(service);
}

bool lacks_beta(Service& service, const Request& request, const V2Rule& rule) {
  if (rule.beta == nullptr || !(service.options.*rule.beta)) return false;
  if (request.headers.find("Beta").value_or("") == "true") return false;
  service.violations.add("the header Beta is missing");
  return true;
}

Response v2_checked(Service& service, const Request& request, const V2Rule& rule,
                    const Caller& caller, const CallHandler& handler) {
  if (caller.token == nullptr) return v2_unauthorized(service);
  const bool is_option = rule.scope_option != nullptr;
  if (!caller.token->has_scope(is_option ? service.options.*rule.scope_option : rule.scope)) {
    return missing_right(service, service.options.*rule.missing_right_status);
  }
  Response response = handler({request, service, *caller.integration, *caller.token});
  note_refusal(service, response.status);
  return response;
}

Response v2_answer(Service& service, const Request& request, const V2Rule& rule,
                   const CallHandler& handler) {
  if (lacks_beta(service, request, rule)) return v2_no_such_endpoint(service, request.path);
  const Caller caller = caller_of(service, request, ApiVersion::v2);
  const sandbox::BucketRule bucket{.replenish_per_second = service.options.*rule.calls_per_second,
                                   .burst_capacity = service.options.v2_burst};
  const std::string who = caller.integration != nullptr ? caller.integration->client_id : "nobody";
  sandbox::BucketLimiter::Verdict verdict{.allowed = true, .remaining = bucket.burst_capacity};
  if (service.options.rate_limits) {
    verdict = service.buckets.take(bucket, who + ' ' + request.route, service.now_ms());
  }
  Response response =
      verdict.allowed ? v2_checked(service, request, rule, caller, handler) : v2_too_many(service);
  response.headers.add("x-ratelimit-replenish-rate", std::to_string(bucket.replenish_per_second));
  response.headers.add("x-ratelimit-burst-capacity", std::to_string(bucket.burst_capacity));
  response.headers.add("x-ratelimit-requested-tokens", "1");
  response.headers.add("x-ratelimit-remaining", std::to_string(verdict.remaining));
  return response;
}

}  // namespace

void add_open(Router& router, Service& service, const std::string& method,
              const std::string& pattern, std::function<Response(const Request&)> handler) {
  router.add(method, pattern, [&service, handler = std::move(handler)](const Request& request) {
    const std::lock_guard lock(service.mutex);
    service.violations.begin_call(request.route, service.now_ms());
    return handler(request);
  });
}

void add_v1(Router& router, Service& service, const std::string& method, const std::string& pattern,
            const std::string& scope, CallHandler handler) {
  add_open(router, service, method, pattern,
           [&service, scope, handler = std::move(handler)](const Request& request) {
             return v1_answer(service, request, scope, handler);
           });
}

V2Rule v2_rule(std::string scope, bool Options::* beta) {
  return {.scope = std::move(scope),
          .calls_per_second = &Options::v2_other_per_second,
          .missing_right_status = &Options::missing_right_status,
          .beta = beta};
}

V2Rule v2_rule(std::string Options::* scope, bool Options::* beta) {
  V2Rule rule = v2_rule(std::string(), beta);
  rule.scope_option = scope;
  return rule;
}

void add_v2(Router& router, Service& service, const std::string& method, const std::string& pattern,
            const V2Rule& rule, CallHandler handler) {
  add_open(router, service, method, pattern,
           [&service, rule, handler = std::move(handler)](const Request& request) {
             return v2_answer(service, request, rule, handler);
           });
}

}  // namespace patchbay::personio_sandbox
