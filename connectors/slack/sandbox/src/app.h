// The operator's Slack app: its client, the page that installs it, its tokens.
// Sources: docs.slack.dev, "Installing with OAuth", "Using token rotation", "Using PKCE", the
// reference of oauth.v2.access and auth.revoke. For the server's thread.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "patchbay/sandbox/provider.h"

namespace slack_sandbox {

namespace sandbox = patchbay::sandbox;
namespace json = sandbox::json;

// Slack's form of a failure: 200, {"ok": false, "error": CODE}.
sandbox::Response failed(std::string_view code, json::object more = {});
// {"ok": true} with what is in `body`.
sandbox::Response succeeded(json::object body = {});

class App {
 public:
  struct Options {
    std::set<std::string> denied;  // scopes
    bool rotation = true;
    bool pkce = false;
    bool org_install = false;
  };

  explicit App(sandbox::Services kit);

  // `mutex` is held while a request is answered.
  void add_routes(sandbox::Router& router, std::mutex& mutex);
  // Null: the request bears a token that has `scope`, or any token when that is empty; else the
  // refusal, good until the next call.
  const sandbox::Response* check(const sandbox::Request& request, std::string_view scope);
  // With commas; empty for a token that is not there.
  std::string scopes_of(const sandbox::Request& request) const;
  json::object client() const { return {{"client_id", client_id_}, {"client_secret", secret_}}; }
  bool issued(std::string_view value) const;
  void reset();

  Options options;

 private:
  struct Token {
    std::string scope;            // with commas
    std::int64_t expires_ms = 0;  // 0: never
    bool revoked = false;
  };
  struct Code {
    std::string scope, redirect_uri, challenge;
    std::int64_t expires_ms = 0;
  };

  sandbox::Response show(const sandbox::Request& request) const;
  sandbox::Response decide(const sandbox::Request& request);
  sandbox::Response access(const sandbox::Request& request);
  sandbox::Response issue(const std::string& scope);
  sandbox::Response revoke(const sandbox::Request& request);
  std::string fault_of(const sandbox::Fields& asked) const;
  std::string granted(const std::string& asked) const;

  sandbox::Clock& clock_;
  std::string client_id_, secret_;
  std::map<std::string, Code, std::less<>> codes_;
  std::map<std::string, Token, std::less<>> tokens_;
  std::map<std::string, std::string, std::less<>> refresh_;  // token -> scope
  sandbox::Response refusal_;
};

}  // namespace slack_sandbox
