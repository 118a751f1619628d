// POST /v1/auth (reference, section 1).
#include "areas.h"
#include "gateway.h"
#include "patchbay/sandbox/text.h"
#include "permissions.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Request;
using sandbox::Response;

struct Credentials {
  std::string client_id;
  std::string client_secret;
};

std::optional<Credentials> credentials_of(const Service& service, const Request& request) {
  const auto from = [](const auto& find) -> std::optional<Credentials> {
    auto id = find("client_id");
    auto secret = find("client_secret");
    if (!id || !secret || id->empty() || secret->empty()) return std::nullopt;
    return Credentials{std::move(*id), std::move(*secret)};
  };
  if (request.query.has("client_id") && service.options.v1_query_credentials == "accepted") {
    return from([&](const char* name) { return request.query.find(name); });
  }
  if (request.content_type() == "application/x-www-form-urlencoded") {
    const auto form = sandbox::parse_form(request.body);
    if (!form) return std::nullopt;
    return from([&](const char* name) { return form->find(name); });
  }
  const auto object = sandbox::parse_json_object(request.body);
  if (!object) return std::nullopt;
  return from([&](const char* name) { return sandbox::string_member(*object, name); });
}

Response authenticate(Service& service, const Request& request) {
  const Options& options = service.options;
  const bool in_query = request.query.has("client_id") || request.query.has("client_secret");
  if (in_query && options.v1_query_credentials == "refused") {
    return v1_error(403, 403, "Credentials in the query string are not supported");
  }
  const auto credentials = credentials_of(service, request);
  const std::string window =
      credentials && !options.token_limits_shared ? credentials->client_id : "everybody";
  const sandbox::WindowRule rule{
      .limit = options.v1_auth_per_minute, .window_ms = 60'000, .penalty_ms = 60'000};
  if (options.rate_limits && !service.windows.allow(rule, "v1 auth " + window, service.now_ms())) {
    Response refused = v1_error(429, 429, "Too many requests");
    if (options.retry_after) refused.headers.add("Retry-After", "60");
    return refused;
  }
  if (!credentials) return v1_error(422, 0, "The given data failed to pass validation.");
  const Integration* integration = service.integrations.find(credentials->client_id);
  if (integration == nullptr ||
      !sandbox::equal_in_constant_time(integration->client_secret, credentials->client_secret)) {
    return v1_error(static_cast<int>(options.v1_wrong_credentials_status), 0, "Wrong credentials");
  }
  Token token{.client_id = integration->client_id, .version = ApiVersion::v1, .scopes = {}};
  for (std::string& scope : scopes_of(integration->request, options)) {
    if (is_v1_scope(scope) || options.tokens_interchangeable) {
      token.scopes.push_back(std::move(scope));
    }
  }
  const std::int64_t now = service.now_ms();
  token.expires_ms = now + options.token_lifetime_s * 1000;
  std::string value = options.token_reuse ? service.tokens.find_equal(token, now) : "";
  if (value.empty()) value = service.tokens.mint(token, now);
  json::object data{{"token", value}};
  if (options.v1_auth_expiry_and_scope) {
    const std::int64_t expires_ms = service.tokens.find(value, now)->expires_ms;
    data["expires_in"] = (expires_ms - now) / 1000;
    data["scope"] = join(token.scopes, " ");
  }
  return v1_success(std::move(data));
}

}  // namespace

void add_auth_v1(sandbox::Router& router, Service& service) {
  add_open(router, service, "POST", "/v1/auth",
           [&service](const Request& request) { return authenticate(service, request); });
}

}  // namespace patchbay::personio_sandbox
