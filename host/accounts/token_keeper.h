#pragma once
// Keeps access tokens fresh and hands them out. An account's tokens live in memory on the loop its
// id hashes to; all that changes them happens there, so a refresh is a single flight: whoever asks
// meanwhile waits for the same one. Across instances the store's generation decides who was first;
// a loser revokes what it minted and uses the winner's.
//
// A token is refreshed at a share (about 0.8, jittered) of its real lifetime, before it expires:
// by schedule for accounts used within the last lifetime, on demand for idle ones, which get a
// health check once a week. Refused credentials are final (status error, with a reason); transient
// failures back off, and a token that is still valid keeps being served.
//
// A caller may ask for a validity that the provider never gives. The lifetime of the token held
// tells so; then it is served without asking the provider, and replaced when a share of its life is
// over.
//
// Any loop.
#include <chrono>
#include <memory>
#include <string>

#include "accounts/services.h"
#include "base/secret.h"

namespace patchbay::accounts {

class Revoker;

struct AccessToken {
  std::string name;
  SecretString value;
  std::string type;
  std::int64_t expires_unix_ms = 0;  // 0: unknown
  std::string scopes;
};

struct KeeperOptions {
  double refresh_share = 0.8;  // of the lifetime; jittered by a tenth of what is left
  std::chrono::milliseconds health_check = std::chrono::hours(24 * 7);
  // How much of a token's life may be over when somebody asks for more validity than any has.
  double fresh_share = 0.1;
  // For how long the provider is not asked again for a token that a refresh did not bring, or that
  // it refuses although it has just been minted.
  std::chrono::milliseconds missing_again{60'000};
  std::chrono::milliseconds first_back_off{1'000};
  std::chrono::milliseconds longest_back_off{300'000};
};

class TokenKeeper {
 public:
  TokenKeeper(const Services& services, Revoker& revoker, KeeperOptions options = {});
  ~TokenKeeper();

  // A token that is valid for at least `min_validity_ms`, if the provider gives such ones; else the
  // freshest there is. kForbidden: suspended. kNotFound: no such account or token name.
  Task<Result<AccessToken>> token(std::string project_id, std::string account_id,
                                  std::string token_name, std::int64_t min_validity_ms = 0);

  // The provider answered 401 to `refused`: mints a new token, unless that has happened already or
  // the refused one was minted a moment ago.
  Task<Result<AccessToken>> replace_refused(std::string project_id, std::string account_id,
                                            std::string token_name, SecretString refused);

  // Mints now, whatever is there.
  Task<Result<>> refresh(std::string project_id, std::string account_id);

  // Drops what is in memory; the next use reads the store. After suspend, unlink, reconnect.
  Task<> forget(std::string account_id);
  Task<> forget_all();

  // Refreshes what is due until stop(); also notices what other processes changed in the store,
  // once a second.
  void start();
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::accounts
