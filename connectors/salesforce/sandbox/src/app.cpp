#include "app.h"

#include <algorithm>
#include <array>

#include "patchbay/sandbox/sha256.h"
#include "patchbay/sandbox/text.h"

namespace salesforce_sandbox {
namespace {

using sandbox::Fields;
using sandbox::Request;
using sandbox::Response;

constexpr std::int64_t kCodeLifetimeMs = 900'000;
constexpr std::string_view kTestSite = "test.salesforce.com";
constexpr std::array<std::string_view, 8> kScopes = {
    "api", "full", "id", "openid", "profile", "email", "refresh_token", "web"};

std::string host_of(const Request& request) {
  return sandbox::lower_case(sandbox::split(request.headers.find("Host").value_or(""), ':')[0]);
}

Response sent_back(const std::string& uri, const Fields& query) {
  Response response = Response::empty(302);
  response.headers.set("Location", uri + (uri.find('?') == std::string::npos ? "?" : "&") +
                                       sandbox::encode_form(query));
  return response;
}

bool has_word(const std::string& list, std::string_view word) {
  const auto words = sandbox::split(list, ' ');
  return std::ranges::find(words, word) != words.end();
}

// "code|description" apart.
std::pair<std::string, std::string> told(const std::string& refusal) {
  const auto bar = refusal.find('|');
  if (bar == std::string::npos) return {refusal, ""};
  return {refusal.substr(0, bar), refusal.substr(bar + 1)};
}

}  // namespace

Response oauth_error(std::string_view code, std::string_view description) {
  return sandbox::json_response(400,
                                json::object{{"error", code}, {"error_description", description}});
}

Response rest_error(int status, std::string_view code, std::string_view message,
                    json::array fields) {
  json::object failure{{"message", message}, {"errorCode", code}};
  if (!fields.empty()) failure["fields"] = std::move(fields);
  return sandbox::json_response(status, json::array{std::move(failure)});
}

App::App(sandbox::Services kit, std::vector<Org>& orgs) : clock_(kit.clock), orgs_(orgs) {
  auto kept = sandbox::parse_json_object(kit.state.read("app.json").value_or(""));
  if (!kept) {
    std::string id = "3MVG9." + sandbox::random_base64url(48);
    std::ranges::replace(id, '-', '_');
    kept = json::object{{"client_id", id}, {"client_secret", sandbox::random_base64url(48)}};
    kit.state.write("app.json", json::serialize(*kept));
  }
  client_id_ = sandbox::string_member(*kept, "client_id").value_or("");
  secret_ = sandbox::string_member(*kept, "client_secret").value_or("");
}

bool App::issued(std::string_view value) const {
  return value == secret_ || codes_.contains(value) || sessions_.contains(value) ||
         refresh_.contains(value) || spent_.contains(value);
}

void App::reset() {
  codes_.clear();
  sessions_.clear();
  refresh_.clear();
  spent_.clear();
  options = {};
}

// ---- the page

std::string App::fault_of(const Fields& asked) const {
  if (asked.find("client_id") != client_id_)
    return "error=invalid_client_id&error_description=client%20identifier%20invalid";
  if (asked.find("redirect_uri").value_or("").empty())
    return "error=redirect_uri_missing&error_description=redirect_uri%20must%20be%20provided";
  if (asked.find("response_type") != "code")
    return "error=unsupported_response_type&error_description=response%20type%20not%20supported";
  if (asked.find("code_challenge").value_or("").empty() ||
      asked.find("code_challenge_method") != "S256")
    return "error=invalid_request&error_description=missing%20required%20code%20challenge";
  return {};
}

Response App::show(const Request& request) const {
  if (const auto fault = fault_of(request.query); !fault.empty())
    return Response::text(400, fault + "\n");
  return Response::text(200, consent_page(request.query, orgs_, host_of(request) == kTestSite),
                        "text/html; charset=utf-8");
}

Response App::decide(const Request& request) {
  const auto form = sandbox::parse_form(request.body);
  if (!form) return Response::text(400, "Send the page's form.\n");
  if (const auto fault = fault_of(*form); !fault.empty()) return Response::text(400, fault + "\n");
  const std::string uri = *form->find("redirect_uri");
  const std::string state = form->find("state").value_or("");
  const auto fails = [&](std::string_view code, std::string_view description) {
    return sent_back(uri, {{"error", std::string(code)},
                           {"error_description", std::string(description)},
                           {"state", state}});
  };
  if (!options.sign_in_error.empty()) {
    const auto [code, description] = told(options.sign_in_error);
    return fails(code, description);
  }
  if (form->find("decision") != "allow")
    return fails("access_denied", "end-user denied authorization");
  std::string granted;
  for (const auto& scope : sandbox::split(form->find("scope").value_or(""), ' ')) {
    if (std::ranges::find(kScopes, scope) == kScopes.end())
      return fails("invalid_scope", "the requested scope is invalid, unknown, or malformed");
    if (options.denied.contains(scope)) continue;
    granted.append(granted.empty() ? "" : " ").append(scope);
  }
  const std::string chosen = form->find("org").value_or("0");
  const std::size_t org = chosen == "1" ? 1 : chosen == "2" ? 2 : 0;
  const std::string code = "aPrx" + sandbox::random_base64url(40);
  codes_[code] = {
      .grant = {.org = org, .scope = granted, .site = host_of(request), .family = ++families_},
      .redirect_uri = uri,
      .challenge = *form->find("code_challenge"),
      .expires_ms = clock_.now_ms() + kCodeLifetimeMs};
  return sent_back(uri, {{"code", code}, {"state", state}});
}

// ---- tokens

Response App::token(const Request& request) {
  const auto form = sandbox::parse_form(request.body);
  if (!form) return oauth_error("invalid_request", "malformed request");
  if (!options.refusal.empty()) {
    const auto [code, description] = told(options.refusal);
    return oauth_error(code, description);
  }
  if (form->find("client_id") != client_id_)
    return oauth_error("invalid_client_id", "client identifier invalid");
  if (!sandbox::equal_in_constant_time(form->find("client_secret").value_or(""), secret_))
    return oauth_error("invalid_client", "invalid client credentials");
  const std::string grant = form->find("grant_type").value_or("");
  if (grant == "authorization_code") return exchange_code(*form, host_of(request));
  if (grant == "refresh_token") return exchange_refresh_token(*form);
  return oauth_error("unsupported_grant_type", "grant type not supported");
}

Response App::exchange_code(const Fields& form, const std::string& site) {
  const auto found = codes_.find(form.find("code").value_or(""));
  if (found == codes_.end()) return oauth_error("invalid_grant", "invalid authorization code");
  const Code code = found->second;
  codes_.erase(found);
  if (code.expires_ms <= clock_.now_ms() || code.grant.site != site)
    return oauth_error("invalid_grant", "expired authorization code");
  if (form.find("redirect_uri") != code.redirect_uri)
    return oauth_error("redirect_uri_mismatch", "redirect_uri must match configuration");
  if (sandbox::base64url_encode(sandbox::sha256(form.find("code_verifier").value_or(""))) !=
      code.challenge)
    return oauth_error("invalid_grant", "invalid code verifier");
  return issue(code.grant, true);
}

Response App::exchange_refresh_token(const Fields& form) {
  const std::string presented = form.find("refresh_token").value_or("");
  if (const auto old = spent_.find(presented); old != spent_.end()) end_family(old->second);
  const auto found = refresh_.find(presented);
  if (found == refresh_.end()) return oauth_error("invalid_grant", "expired access/refresh token");
  const Grant grant = found->second;
  if (options.rotation) {
    spent_[presented] = grant.family;
    refresh_.erase(found);
  }
  return issue(grant, options.rotation);
}

// Without expires_in: the session ends when it was not used for so long.
Response App::issue(const Grant& grant, bool with_refresh_token) {
  const Org& org = orgs_[grant.org];
  const std::string access = org.id().substr(0, 15) + "!AQ" + sandbox::random_base64url(60);
  sessions_[access] = {grant, clock_.now_ms() + options.session_minutes * 60'000};
  const std::string now = std::to_string(clock_.now_ms());
  json::object body{{"access_token", access},
                    {"signature", sandbox::random_base64url(32)},
                    {"scope", grant.scope},
                    {"instance_url",
                     options.instance_url.empty() ? "https://" + org.host() : options.instance_url},
                    {"id", "https://" + grant.site + "/id/" + org.id() + "/005000000000001AAA"},
                    {"token_type", "Bearer"},
                    {"issued_at", now}};
  if (options.instance_url == "none") body.erase("instance_url");
  if (with_refresh_token && has_word(grant.scope, "refresh_token")) {
    const std::string refresh = "5Aep861" + sandbox::random_base64url(60);
    refresh_[refresh] = grant;
    body["refresh_token"] = refresh;
  }
  return sandbox::json_response(200, body);
}

void App::end_family(std::uint64_t family) {
  std::erase_if(sessions_, [family](const auto& it) { return it.second.grant.family == family; });
  std::erase_if(refresh_, [family](const auto& it) { return it.second.family == family; });
}

Response App::revoke(const Request& request) {
  const auto form = sandbox::parse_form(request.body);
  const std::string token = form ? form->find("token").value_or("") : "";
  if (const auto found = refresh_.find(token); found != refresh_.end()) {
    end_family(found->second.family);
    return Response::empty(200);
  }
  if (sessions_.erase(token) > 0) return Response::empty(200);
  return oauth_error("invalid_token", "invalid token: " + token.substr(0, 4));
}

// ---- the servers of the organisations

Org* App::admitted(const Request& request, Response& refusal) {
  refusal = rest_error(401, "INVALID_SESSION_ID", "Session expired or invalid");
  const auto found = sessions_.find(request.bearer().value_or(""));
  if (found == sessions_.end()) return nullptr;
  Session& session = found->second;
  Org& org = orgs_[session.grant.org];
  const bool elsewhere = options.instance_url.empty() && host_of(request) != org.host();
  if (session.expires_ms <= clock_.now_ms() || elsewhere) return nullptr;
  session.expires_ms = clock_.now_ms() + options.session_minutes * 60'000;
  return &org;
}

bool App::has_scope(const Request& request, std::string_view scope) const {
  const auto found = sessions_.find(request.bearer().value_or(""));
  return found != sessions_.end() && has_word(found->second.grant.scope, scope) &&
         !options.denied.contains(scope);
}

}  // namespace salesforce_sandbox
