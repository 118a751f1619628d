// POST /v2/auth/token and /v2/auth/revoke (reference, section 2).
#include <algorithm>
#include <array>

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

constexpr std::string_view kMissingText = "The request has missing or invalid required parameters.";
constexpr std::string_view kInvalidClientText =
    "Client authentication failed (e.g., unknown client, wrong secret, no client authentication "
    "included, or unsupported authentication method).";
constexpr std::string_view kInvalidGrantText =
    "Error in the authorization flow. Examples: client doesn't have access to all attributes in "
    "the requested scope, refresh token has been revoked, authorization code has already been "
    "consumed...";

/// Grants that OAuth knows and this server does not offer; other words are no grant at all.
bool is_known_grant(std::string_view grant) {
  static constexpr std::array<std::string_view, 3> kGrants{"authorization_code", "refresh_token",
                                                           "password"};
  return std::find(kGrants.begin(), kGrants.end(), grant) != kGrants.end() ||
         grant.starts_with("urn:ietf:params:oauth:grant-type:");
}

Response missing(const Service& service, const std::vector<std::string>& names) {
  json::array list;
  for (const std::string& name : names) list.emplace_back(name);
  return token_error(service, "invalid_request", kMissingText,
                     "invalid_request.required_parameters_missing",
                     {{"missing_parameters", std::move(list)}});
}

bool is_form(const Request& request) {
  return request.content_type() == "application/x-www-form-urlencoded";
}

/// Nothing when a wanted scope is unknown or not granted: Personio does not tell which.
std::optional<std::vector<std::string>> narrowed(const std::vector<std::string>& granted,
                                                 const std::string& wanted) {
  std::vector<std::string> names = sandbox::split(wanted, ' ');
  std::erase(names, "");
  if (names.empty()) return granted;
  const auto is_granted = [&](const std::string& name) {
    return std::find(granted.begin(), granted.end(), name) != granted.end();
  };
  if (!std::all_of(names.begin(), names.end(), is_granted)) return std::nullopt;
  std::vector<std::string> result;
  for (const std::string& scope : granted) {
    if (std::find(names.begin(), names.end(), scope) != names.end()) result.push_back(scope);
  }
  return result;
}

Response issue(Service& service, const Integration& integration, std::vector<std::string> scopes) {
  const std::int64_t now = service.now_ms();
  const Token token{.client_id = integration.client_id,
                    .version = ApiVersion::v2,
                    .scopes = std::move(scopes),
                    .expires_ms = now + service.options.token_lifetime_s * 1000};
  std::string value = service.options.token_reuse ? service.tokens.find_equal(token, now) : "";
  if (value.empty()) value = service.tokens.mint(token, now);
  const std::int64_t expires_ms = service.tokens.find(value, now)->expires_ms;
  return sandbox::json_response(200, json::object{{"access_token", value},
                                                  {"token_type", "Bearer"},
                                                  {"expires_in", (expires_ms - now) / 1000},
                                                  {"scope", join(token.scopes, " ")}});
}

Response mint(Service& service, const Request& request) {
  const auto form = is_form(request) ? sandbox::parse_form(request.body) : std::nullopt;
  const std::string client_id = form ? form->find("client_id").value_or("") : "";
  if (service.options.rate_limits) {
    const sandbox::WindowRule rule{.limit = service.options.v2_token_per_minute,
                                   .window_ms = 60'000,
                                   .penalty_ms = 60'000,
                                   .penalty_per_second = 1};
    const std::string window = service.options.token_limits_shared ? "everybody" : client_id;
    if (!service.windows.allow(rule, "v2 token " + window, service.now_ms())) {
      return v2_too_many(service);
    }
  }
  if (!is_form(request)) return token_content_type_error(service);
  const std::string grant = form ? form->find("grant_type").value_or("") : "";
  // The documented answer to a lone client_id names grant_type only: it is looked at first.
  if (grant.empty()) return missing(service, {"grant_type"});
  if (is_known_grant(grant)) {
    return token_error(service, "unsupported_grant_type",
                       "The requested authorization grant type is not supported by the server.",
                       "unsupported_grant_type", {{"grant_type", grant}});
  }
  if (grant != "client_credentials") {
    return token_error(service, "invalid_grant", kInvalidGrantText, "invalid_grant");
  }
  const std::string client_secret = form->find("client_secret").value_or("");
  std::vector<std::string> absent;
  if (client_id.empty()) absent.emplace_back("client_id");
  if (client_secret.empty()) absent.emplace_back("client_secret");
  if (!absent.empty()) return missing(service, absent);
  const Integration* integration = service.integrations.find(client_id);
  if (integration == nullptr) {
    return token_error(service, "invalid_client", kInvalidClientText, "invalid_client");
  }
  if (!sandbox::equal_in_constant_time(integration->client_secret, client_secret)) {
    return token_error(service, "unauthorized_client",
                       service.options.long_unauthorized_client_text
                           ? "The credentials were not correct. Make sure you are providing the "
                             "right client_id and client_secret."
                           : "Client is not allowed to use the specified grant type flow.",
                       "unauthorized_client");
  }
  auto scopes =
      narrowed(scopes_of(integration->request, service.options), form->find("scope").value_or(""));
  if (!scopes) {
    return token_error(service, "invalid_scope", "One of the requested scopes is invalid.",
                       "invalid_scope");
  }
  return issue(service, *integration, std::move(*scopes));
}

Response revoke(Service& service, const Request& request) {
  if (!is_form(request)) return token_content_type_error(service);
  const auto form = sandbox::parse_form(request.body);
  const std::string value = form ? form->find("token").value_or("") : "";
  const std::int64_t now = service.now_ms();
  const auto bearer = request.bearer();
  const bool bearer_is_good = bearer && service.tokens.find(*bearer, now) != nullptr;
  const bool token_is_good = service.tokens.find(value, now) != nullptr;
  const std::string& rule = service.options.revoke_auth;
  if ((rule == "bearer" && !bearer_is_good) ||
      (rule == "either" && !bearer_is_good && !token_is_good)) {
    return v2_error(service, 401, "Authorisation Restrictions", "The request is not authorized.",
                    "common.unauthorized");
  }
  if (value.empty()) return missing(service, {"token"});
  // As RFC 7009 section 2.2 wants it: a token that is not there is no error.
  service.tokens.revoke(value);
  return Response::empty(200);
}

}  // namespace

void add_auth_v2(sandbox::Router& router, Service& service) {
  add_open(router, service, "POST", "/v2/auth/token",
           [&service](const Request& request) { return mint(service, request); });
  add_open(router, service, "POST", "/v2/auth/revoke",
           [&service](const Request& request) { return revoke(service, request); });
}

}  // namespace patchbay::personio_sandbox
