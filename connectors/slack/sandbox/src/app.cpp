#include "app.h"

#include <algorithm>
#include <array>

#include "patchbay/sandbox/sha256.h"
#include "patchbay/sandbox/text.h"

namespace slack_sandbox {
namespace {

using sandbox::Fields;
using sandbox::Request;
using sandbox::Response;

constexpr std::int64_t kCodeLifetimeMs = 600'000;
constexpr std::int64_t kAccessLifetimeS = 43'200;
constexpr std::array<std::string_view, 11> kScopes = {
    "channels:history", "channels:join",    "channels:manage", "channels:read",
    "chat:write",       "im:write",         "reactions:read",  "reactions:write",
    "team:read",        "users:read.email", "users:read"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : ",").append(word);
  return out;
}

Response sent_back(const std::string& uri, const Fields& query) {
  std::string target = uri;
  for (const auto& [name, value] : query)
    target.append(target.find('?') == std::string::npos ? "?" : "&")
        .append(name)
        .append("=")
        .append(sandbox::percent_encode(value));
  Response response = Response::empty(302);
  response.headers.set("Location", target);
  return response;
}

}  // namespace

Response failed(std::string_view code, json::object more) {
  json::object body{{"ok", false}, {"error", code}};
  for (auto& [name, value] : more) body[name] = value;
  return sandbox::json_response(200, body);
}

Response succeeded(json::object body) {
  body["ok"] = true;
  return sandbox::json_response(200, body);
}

App::App(sandbox::Services kit) : clock_(kit.clock) {
  auto kept = sandbox::parse_json_object(kit.state.read("app.json").value_or(""));
  if (!kept) {
    kept = json::object{{"client_id", "1717171717.2828282828282"},
                        {"client_secret", sandbox::random_base64url(24)}};
    kit.state.write("app.json", json::serialize(*kept));
  }
  client_id_ = sandbox::string_member(*kept, "client_id").value_or("");
  secret_ = sandbox::string_member(*kept, "client_secret").value_or("");
}

void App::add_routes(sandbox::Router& router, std::mutex& mutex) {
  const auto add = [&](const char* method, const char* path, auto answer) {
    router.add(method, path, [this, &mutex, answer](const Request& request) {
      const std::scoped_lock lock(mutex);
      return (this->*answer)(request);
    });
  };
  add("GET", "/oauth/v2/authorize", &App::show);
  add("POST", "/oauth/v2/authorize", &App::decide);
  add("POST", "/api/oauth.v2.access", &App::access);
  add("POST", "/api/auth.revoke", &App::revoke);
}

bool App::issued(std::string_view value) const {
  return value == secret_ || value.starts_with("xox") || codes_.contains(value);
}

void App::reset() {
  codes_.clear();
  tokens_.clear();
  refresh_.clear();
  options = {};
}

// ---- the page

std::string App::fault_of(const Fields& asked) const {
  if (asked.find("client_id") != client_id_) return "Invalid client_id parameter";
  if (asked.find("redirect_uri").value_or("").empty()) return "redirect_uri did not match";
  const bool challenged = asked.has("code_challenge");
  if (challenged && !options.pkce) return "PKCE is not enabled for this app";
  if (challenged && asked.find("code_challenge_method") != "S256") return "Use S256";
  const std::string scope = asked.find("scope").value_or("");
  if (scope.empty()) return "Invalid permissions requested: no scopes";
  for (const auto& name : sandbox::split(scope, ','))
    if (std::ranges::find(kScopes, name) == kScopes.end())
      return "Invalid permissions requested: " + name;
  return {};
}

std::string App::granted(const std::string& asked) const {
  auto names = sandbox::split(asked, ',');
  std::erase_if(names, [this](const auto& name) { return options.denied.contains(name); });
  return joined(names);
}

Response App::show(const Request& request) const {
  if (const auto fault = fault_of(request.query); !fault.empty())
    return Response::text(400, fault + "\n");
  std::string page =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Slack (sandbox)</title>"
      "<h1>The app asks to be installed in Acme</h1><ul>";
  for (const auto& name : sandbox::split(request.query.find("scope").value_or(""), ','))
    page += "<li>" + escaped(name) + "</li>";
  page += "</ul><form method=\"post\" action=\"/oauth/v2/authorize\">";
  for (const auto& [name, value] : request.query)
    page +=
        "<input type=\"hidden\" name=\"" + escaped(name) + "\" value=\"" + escaped(value) + "\">";
  page +=
      "<button name=\"decision\" value=\"allow\">Allow</button> "
      "<button name=\"decision\" value=\"cancel\">Cancel</button></form></html>";
  return Response::text(200, page, "text/html; charset=utf-8");
}

Response App::decide(const Request& request) {
  const auto form = sandbox::parse_form(request.body);
  if (!form) return Response::text(400, "Send the page's form.\n");
  if (const auto fault = fault_of(*form); !fault.empty()) return Response::text(400, fault + "\n");
  const std::string uri = *form->find("redirect_uri");
  const std::string state = form->find("state").value_or("");
  if (form->find("decision") != "allow")
    return sent_back(uri, {{"error", "access_denied"}, {"state", state}});
  const std::string code = "1717171717." + sandbox::random_base64url(24);
  codes_[code] = {.scope = granted(*form->find("scope")),
                  .redirect_uri = uri,
                  .challenge = form->find("code_challenge").value_or(""),
                  .expires_ms = clock_.now_ms() + kCodeLifetimeMs};
  return sent_back(uri, {{"code", code}, {"state", state}});
}

// ---- tokens

Response App::access(const Request& request) {
  const auto form = sandbox::parse_form(request.body);
  if (!form) return failed("invalid_form_data");
  std::string id = form->find("client_id").value_or("");
  std::string secret = form->find("client_secret").value_or("");
  if (const auto basic = request.basic()) {
    id = sandbox::percent_decode(basic->first, true).value_or("");
    secret = sandbox::percent_decode(basic->second, true).value_or("");
  }
  if (id != client_id_) return failed("invalid_client_id");
  if (!sandbox::equal_in_constant_time(secret, secret_)) return failed("bad_client_secret");
  const std::string grant = form->find("grant_type").value_or("authorization_code");
  if (grant == "refresh_token") {
    const auto found = refresh_.find(form->find("refresh_token").value_or(""));
    if (found == refresh_.end()) return failed("invalid_refresh_token");
    const std::string scope = found->second;
    refresh_.erase(found);  // good for one use
    return issue(scope);
  }
  if (grant != "authorization_code") return failed("invalid_grant_type");
  const auto found = codes_.find(form->find("code").value_or(""));
  if (found == codes_.end()) return failed("invalid_code");
  const Code code = found->second;
  codes_.erase(found);
  if (code.expires_ms <= clock_.now_ms()) return failed("invalid_code");
  if (form->find("redirect_uri") != code.redirect_uri) return failed("bad_redirect_uri");
  const std::string verifier = form->find("code_verifier").value_or("");
  const bool proved = code.challenge.empty()
                          ? verifier.empty()
                          : sandbox::base64url_encode(sandbox::sha256(verifier)) == code.challenge;
  if (!proved) return failed("invalid_code_verifier");
  return issue(code.scope);
}

Response App::issue(const std::string& scope) {
  const std::string access =
      (options.rotation ? "xoxe.xoxb-1-" : "xoxb-17-28-") + sandbox::random_base64url(36);
  tokens_[access] = {
      .scope = scope,
      .expires_ms = options.rotation ? clock_.now_ms() + kAccessLifetimeS * 1000 : 0};
  json::object body{{"access_token", access},
                    {"token_type", "bot"},
                    {"scope", scope},
                    {"bot_user_id", "U00000BOT"},
                    {"app_id", "A00000001"},
                    {"team", json::object{{"id", "T00000001"}, {"name", "Acme"}}},
                    {"enterprise", nullptr},
                    {"is_enterprise_install", options.org_install},
                    {"authed_user", json::object{{"id", "U00000001"}}}};
  if (options.rotation) {
    const std::string refresh = "xoxe-1-" + sandbox::random_base64url(60);
    refresh_[refresh] = scope;
    body["refresh_token"] = refresh;
    body["expires_in"] = kAccessLifetimeS;
  }
  return succeeded(std::move(body));
}

Response App::revoke(const Request& request) {
  const auto bearer = request.bearer();
  if (!bearer) return failed("not_authed");
  const auto found = tokens_.find(*bearer);
  if (found == tokens_.end()) return failed("invalid_auth");
  if (found->second.revoked) return failed("token_revoked");
  found->second.revoked = true;
  return succeeded({{"revoked", true}});
}

const Response* App::check(const Request& request, std::string_view scope) {
  const auto refused = [this](Response response) {
    refusal_ = std::move(response);
    return &refusal_;
  };
  const auto bearer = request.bearer();
  if (!bearer) return refused(failed("not_authed"));
  const auto found = tokens_.find(*bearer);
  if (found == tokens_.end()) return refused(failed("invalid_auth"));
  const Token& token = found->second;
  if (token.revoked) return refused(failed("token_revoked"));
  if (token.expires_ms != 0 && token.expires_ms <= clock_.now_ms())
    return refused(failed("token_expired"));
  const auto names = sandbox::split(token.scope, ',');
  const bool has = std::ranges::find(names, scope) != names.end() &&
                   !options.denied.contains(std::string(scope));
  if (!scope.empty() && !has)
    return refused(failed("missing_scope", {{"needed", scope}, {"provided", token.scope}}));
  return nullptr;
}

std::string App::scopes_of(const Request& request) const {
  const auto found = tokens_.find(request.bearer().value_or(""));
  return found == tokens_.end() ? "" : found->second.scope;
}

}  // namespace slack_sandbox
