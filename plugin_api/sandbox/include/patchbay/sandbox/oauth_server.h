#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/sandbox/provider.h"

namespace patchbay::sandbox {

struct OAuthOptions {
  std::vector<std::string> scopes;  ///< what there is; who asks for none gets them all
  bool signs_people_in{false};  ///< authorization code and refresh token, else client credentials
  std::int64_t access_lifetime_s{3600};
  bool rotates{true};  ///< each use of a refresh token spends it; a spent one ends all that follow
};

/// An OAuth 2.0 authorization server to build sandboxes on: token and revocation endpoint and,
/// where people sign in, a consent page. Its one client is made at the first start and kept.
/// Sources: RFC 6749 sections 4.1, 4.4, 5.2 and 6; RFC 7009; RFC 7636 (S256, required).
/// For the server's thread, as all handlers.
class OAuthServer {
 public:
  OAuthServer(Services kit, OAuthOptions options);

  /// POST /oauth/token, POST /oauth/revoke; GET and POST /oauth/authorize where people sign in.
  void add_routes(Router& router);
  /// The request bears an access token of ours that has neither ended nor been revoked.
  bool admits(const Request& request) const;
  /// `{"client_id":"…","client_secret":"…"}`
  json::object client() const;
  /// For Provider::looks_secret: a secret or token of ours, valid or not.
  bool issued(std::string_view value) const;
  /// Forgets codes and tokens; the client stays.
  void reset();

 private:
  struct Grant {
    std::string scope;
    std::uint64_t family{0};  ///< what one sign-in led to
    std::int64_t expires_ms{0};
    bool spent{false};
  };
  struct Code {
    Grant grant;
    std::string redirect_uri;
    std::string challenge;
  };

  Response token(const Request& request);
  Response revoke(const Request& request);
  Response show_consent(const Request& request) const;
  Response decide(const Request& request);
  Response exchange_code(const Fields& form);
  Response exchange_refresh_token(const Fields& form);
  Response issue(Grant grant);
  bool is_client(const Request& request, const Fields& form) const;
  std::string granted_scope(const std::string& wanted) const;
  void end_family(std::uint64_t family);

  Clock& clock_;
  OAuthOptions options_;
  std::string client_id_;
  std::string client_secret_;
  std::uint64_t families_{0};
  std::map<std::string, Code, std::less<>> codes_;
  std::map<std::string, Grant, std::less<>> access_;
  std::map<std::string, Grant, std::less<>> refresh_;
};

}  // namespace patchbay::sandbox
