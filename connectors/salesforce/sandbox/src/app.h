// The operator's app at Salesforce's sign-in servers: the page, the tokens, their end.
// Sources: Salesforce Help, "OAuth 2.0 Web Server Flow for Web App Integration", "OAuth 2.0 Refresh
// Token Flow for Renewed Sessions", "Revoke OAuth Tokens", "OAuth Authorization Flow Error Codes",
// "Manage OAuth Access Policies". For the server's thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "org.h"
#include "patchbay/sandbox/provider.h"

namespace salesforce_sandbox {

// A failure of the sign-in: an OAuth error with status 400.
sandbox::Response oauth_error(std::string_view code, std::string_view description);
// And of the REST API: a list of one failure.
sandbox::Response rest_error(int status, std::string_view code, std::string_view message,
                             json::array fields = {});

class App {
 public:
  App(sandbox::Services kit, std::vector<Org>& orgs);

  sandbox::Response show(const sandbox::Request& request) const;
  sandbox::Response decide(const sandbox::Request& request);
  sandbox::Response token(const sandbox::Request& request);
  sandbox::Response revoke(const sandbox::Request& request);

  // The organisation whose server was asked, with a token of it that has not ended. Each use moves
  // the session's end. Null: `refusal` says why not.
  Org* admitted(const sandbox::Request& request, sandbox::Response& refusal);
  [[nodiscard]] bool has_scope(const sandbox::Request& request, std::string_view scope) const;

  [[nodiscard]] json::object client() const {
    return {{"client_id", client_id_}, {"client_secret", secret_}};
  }
  [[nodiscard]] bool issued(std::string_view value) const;
  void reset();

  Options options;

 private:
  struct Grant {
    std::size_t org;
    std::string scope;
    std::string site;  // where it was given, such as "login.salesforce.com"
    std::uint64_t family;
  };
  struct Code {
    Grant grant;
    std::string redirect_uri, challenge;
    std::int64_t expires_ms;
  };
  struct Session {
    Grant grant;
    std::int64_t expires_ms;
  };

  [[nodiscard]] std::string fault_of(const sandbox::Fields& asked) const;
  sandbox::Response exchange_code(const sandbox::Fields& form, const std::string& site);
  sandbox::Response exchange_refresh_token(const sandbox::Fields& form);
  sandbox::Response issue(const Grant& grant, bool with_refresh_token);
  void end_family(std::uint64_t family);

  sandbox::Clock& clock_;
  std::vector<Org>& orgs_;
  std::string client_id_, secret_;
  std::uint64_t families_ = 0;
  std::map<std::string, Code, std::less<>> codes_;
  std::map<std::string, Session, std::less<>> sessions_;
  std::map<std::string, Grant, std::less<>> refresh_;
  std::map<std::string, std::uint64_t, std::less<>> spent_;  // rotated away: token -> family
};

// The page on which a person signs in and allows `asked`; they choose among `orgs`, by index.
std::string consent_page(const sandbox::Fields& asked, const std::vector<Org>& orgs,
                         bool of_a_sandbox);

}  // namespace salesforce_sandbox
