#include "patchbay/sandbox/oauth_server.h"

#include <algorithm>

#include "consent_page.h"
#include "patchbay/sandbox/sha256.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

constexpr std::int64_t kCodeLifetimeMs = 60'000;
constexpr std::string_view kTokenMark = "sandbox-token-";

/// RFC 6749 section 5.2.
Response oauth_error(int status, std::string_view code, std::string_view description) {
  return json_response(status, json::object{{"error", code}, {"error_description", description}});
}

}  // namespace

OAuthServer::OAuthServer(Services kit, OAuthOptions options)
    : clock_(kit.clock), options_(std::move(options)) {
  auto kept = parse_json_object(kit.state.read("oauth-client.json").value_or(""));
  if (!kept) {
    kept = json::object{{"client_id", "client-" + random_base64url(9)},
                        {"client_secret", "secret-" + random_base64url(24)}};
    kit.state.write("oauth-client.json", json::serialize(*kept));
  }
  client_id_ = string_member(*kept, "client_id").value_or("");
  client_secret_ = string_member(*kept, "client_secret").value_or("");
}

void OAuthServer::add_routes(Router& router) {
  router.add("POST", "/oauth/token", [this](const Request& request) { return token(request); });
  router.add("POST", "/oauth/revoke", [this](const Request& request) { return revoke(request); });
  if (!options_.signs_people_in) return;
  router.add("GET", "/oauth/authorize",
             [this](const Request& request) { return show_consent(request); });
  router.add("POST", "/oauth/authorize",
             [this](const Request& request) { return decide(request); });
}

bool OAuthServer::admits(const Request& request) const {
  const auto bearer = request.bearer();
  const auto found = bearer ? access_.find(*bearer) : access_.end();
  return found != access_.end() && found->second.expires_ms > clock_.now_ms();
}

json::object OAuthServer::client() const {
  return {{"client_id", client_id_}, {"client_secret", client_secret_}};
}

bool OAuthServer::issued(std::string_view value) const {
  return value == client_secret_ || value.starts_with(kTokenMark);
}

void OAuthServer::reset() {
  codes_.clear();
  access_.clear();
  refresh_.clear();
}

bool OAuthServer::is_client(const Request& request, const Fields& form) const {
  auto id = form.find("client_id");
  auto secret = form.find("client_secret");
  if (const auto basic = request.basic()) {  // percent-encoded in it, RFC 6749 section 2.3.1
    id = percent_decode(basic->first, true);
    secret = percent_decode(basic->second, true);
  }
  return id == client_id_ && equal_in_constant_time(secret.value_or(""), client_secret_);
}

/// Empty when something is wanted that there is not.
std::string OAuthServer::granted_scope(const std::string& wanted) const {
  std::string granted;
  std::vector<std::string> names = split(wanted, ' ');
  std::erase(names, "");
  for (const std::string& name : names.empty() ? options_.scopes : names) {
    if (std::ranges::find(options_.scopes, name) == options_.scopes.end()) return "";
    granted += (granted.empty() ? "" : " ") + name;
  }
  return granted;
}

Response OAuthServer::issue(Grant grant) {
  const std::string access = std::string(kTokenMark) + random_base64url(24);
  access_[access] = {.scope = grant.scope,
                     .family = grant.family,
                     .expires_ms = clock_.now_ms() + options_.access_lifetime_s * 1000};
  json::object answer{{"access_token", access},
                      {"token_type", "Bearer"},
                      {"expires_in", options_.access_lifetime_s},
                      {"scope", grant.scope}};
  if (options_.signs_people_in) {
    const std::string refresh = std::string(kTokenMark) + "refresh-" + random_base64url(24);
    answer["refresh_token"] = refresh;
    refresh_[refresh] = std::move(grant);
  }
  Response response = json_response(200, answer);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

Response OAuthServer::token(const Request& request) {
  const auto form = parse_form(request.body);
  if (!form || !form->has("grant_type"))
    return oauth_error(400, "invalid_request", "Send a form with grant_type.");
  if (!is_client(request, *form))
    return oauth_error(401, "invalid_client", "There is no client of this id and secret.");
  const std::string grant = *form->find("grant_type");
  if (options_.signs_people_in && grant == "authorization_code") return exchange_code(*form);
  if (options_.signs_people_in && grant == "refresh_token") return exchange_refresh_token(*form);
  if (options_.signs_people_in || grant != "client_credentials")
    return oauth_error(400, "unsupported_grant_type", grant + " is not offered here.");
  const std::string scope = granted_scope(form->find("scope").value_or(""));
  if (scope.empty()) return oauth_error(400, "invalid_scope", "There is no such scope.");
  return issue({.scope = scope, .family = ++families_});
}

Response OAuthServer::exchange_code(const Fields& form) {
  const auto found = codes_.find(form.find("code").value_or(""));
  if (found == codes_.end())
    return oauth_error(400, "invalid_grant", "The code is unknown or was used before.");
  const Code code = std::move(found->second);
  codes_.erase(found);
  const std::string challenge = base64url_encode(sha256(form.find("code_verifier").value_or("")));
  if (code.grant.expires_ms <= clock_.now_ms() || challenge != code.challenge ||
      form.find("redirect_uri") != code.redirect_uri)
    return oauth_error(400, "invalid_grant", "The code is too old or belongs to another request.");
  return issue(code.grant);
}

Response OAuthServer::exchange_refresh_token(const Fields& form) {
  const auto found = refresh_.find(form.find("refresh_token").value_or(""));
  if (found == refresh_.end())
    return oauth_error(400, "invalid_grant", "The refresh token is unknown or was revoked.");
  Grant& grant = found->second;
  if (grant.spent) {
    end_family(grant.family);
    return oauth_error(400, "invalid_grant", "The refresh token was used before.");
  }
  Grant next = grant;
  grant.spent = options_.rotates;
  return issue(std::move(next));
}

Response OAuthServer::revoke(const Request& request) {
  const auto form = parse_form(request.body);
  if (!form || !is_client(request, *form))
    return oauth_error(401, "invalid_client", "There is no client of this id and secret.");
  const std::string value = form->find("token").value_or("");
  access_.erase(value);
  // RFC 7009 section 2.1: what a refresh token led to goes with it; section 2.2: a token that is
  // not there is no error.
  if (const auto found = refresh_.find(value); found != refresh_.end())
    end_family(found->second.family);
  return Response::empty(200);
}

void OAuthServer::end_family(std::uint64_t family) {
  const auto of_it = [family](const auto& entry) { return entry.second.family == family; };
  std::erase_if(access_, of_it);
  std::erase_if(refresh_, of_it);
}

Response OAuthServer::show_consent(const Request& request) const {
  const auto fault = consent_fault(request.query, client_id_);
  if (fault) return Response::text(400, *fault + "\n");
  return consent_page(request.query, granted_scope(request.query.find("scope").value_or("")));
}

Response OAuthServer::decide(const Request& request) {
  const auto form = parse_form(request.body);
  const auto fault = form ? consent_fault(*form, client_id_) : "Send the consent page's form.";
  if (fault) return Response::text(400, *fault + "\n");
  const std::string state = form->find("state").value_or("");
  const std::string redirect_uri = *form->find("redirect_uri");
  const std::string scope = granted_scope(form->find("scope").value_or(""));
  if (scope.empty()) return sent_back(redirect_uri, {{"error", "invalid_scope"}, {"state", state}});
  if (form->find("decision") != "allow")
    return sent_back(redirect_uri, {{"error", "access_denied"}, {"state", state}});
  const std::string code = std::string(kTokenMark) + "code-" + random_base64url(18);
  codes_[code] = {.grant = {.scope = scope,
                            .family = ++families_,
                            .expires_ms = clock_.now_ms() + kCodeLifetimeMs},
                  .redirect_uri = redirect_uri,
                  .challenge = *form->find("code_challenge")};
  return sent_back(redirect_uri, {{"code", code}, {"state", state}});
}

}  // namespace patchbay::sandbox
