#pragma once
// A provider for tests of several hubs, over real HTTPS: an OAuth server with both kinds of grant,
// that counts what it is asked for.
//
// - client_credentials: a token for whoever asks, counted by client id.
// - refresh_token: each is good for one use, counted by grant and number. As certified servers do,
//   it takes a second presentation for theft and ends the grant, unless a grace is set: then the
//   token that was spent last gives the same answer once more.
// - revocation (RFC 7009): of a refresh token, the whole grant.
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "patchbay/sandbox/sandbox.h"

namespace patchbay::turnstile {

inline constexpr const char* kHost = "auth.turnstile.example";
inline constexpr const char* kTokenRoute = "POST /token";
inline constexpr const char* kRevokeRoute = "POST /revoke";

class State;

// start() and stop() belong to the owner; the rest is for any thread.
class Turnstile {
 public:
  Turnstile();
  ~Turnstile();
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  void start() { sandbox_->start(); }
  void stop() { sandbox_->stop(); }
  sandbox::Sandbox& kit() { return *sandbox_; }

  // A grant's first refresh token.
  std::string new_grant(const std::string& name);
  void set_grace(bool lenient);
  void end_grant(const std::string& name);

  // Token requests by client id.
  std::map<std::string, int> minted() const;
  // Of each grant, how often each of its refresh tokens was presented.
  std::map<std::string, std::map<int, int>> presented() const;
  bool is_dead(const std::string& grant) const;
  std::size_t dead_grants() const;
  // How often each token was named for revocation.
  std::map<std::string, int> revoked() const;

 private:
  std::shared_ptr<State> state_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
};

}  // namespace patchbay::turnstile
