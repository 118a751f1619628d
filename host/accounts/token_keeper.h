#pragma once
// Hands out access tokens: from memory (token_memory.h), renewed when they run out (refresher.h)
// and before, by schedule (due_refreshes.h). While a refresh fails for now, a token that is still
// valid keeps being served.
//
// A caller may ask for a validity that the provider never gives. The lifetime of the token held
// tells so; then it is served without asking the provider, and replaced when a share of its life is
// over.
//
// Any loop.
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/keeper_options.h"
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
  // The change sequence at which it was known to be the account's; ask Instance::may_serve() with
  // it right before the token leaves. The default is for tokens that come from no store.
  std::int64_t read_at = std::numeric_limits<std::int64_t>::max();
  // The same, owned by the account's entry in memory: gone once the tokens are others, or the entry
  // goes. Empty for tokens that come from no store.
  std::weak_ptr<const AccessToken> shared{};
};

// One that lies in memory, looked at there: good until something is awaited.
struct HeldToken {
  std::string_view name;
  const SecretString& value;
  std::string_view type;
  std::int64_t expires_unix_ms = 0;
  std::string_view scopes;
  std::int64_t read_at = 0;  // as AccessToken::read_at
  // What the above is of where it belongs to another loop, which may let go of it at any moment.
  std::shared_ptr<const AccessToken> of{};
};

enum class UsedBy { kOthers, kHub };

class TokenKeeper {
 public:
  TokenKeeper(const Services& services, Revoker& revoker, KeeperOptions options = {});
  ~TokenKeeper();

  // A token that is valid for at least `min_validity_ms`, if the provider gives such ones; else the
  // freshest there is. An empty name: the first that the account's way of connecting has;
  // kConfiguration when that can't be told. kForbidden: suspended. kNotFound: no such account or
  // token name. kStorage: also when the store can't be asked whether access was taken away.
  // kTimeout: also when another hub renews it, and takes long. It counts as a use of the account,
  // unless the hub asks on its own behalf.
  Task<Result<AccessToken>> token(std::string project_id, std::string account_id,
                                  std::string token_name, std::int64_t min_validity_ms = 0,
                                  UsedBy by = UsedBy::kOthers);

  // What token() would give without reading, writing or refreshing anything, and counts as a use
  // like it. Nothing: token() has to be asked. On another loop than the account's that is so once a
  // minute.
  [[nodiscard]] std::optional<HeldToken> held(std::string_view project_id,
                                              std::string_view account_id,
                                              std::string_view token_name,
                                              std::int64_t min_validity_ms);

  // The provider answered 401 to `refused`: mints a new token, unless that has happened already or
  // the refused one was minted a moment ago.
  Task<Result<AccessToken>> replace_refused(std::string project_id, std::string account_id,
                                            std::string token_name, SecretString refused);

  // Mints now, whatever is there.
  Task<Result<>> refresh(std::string project_id, std::string account_id);

  // Drops what is in memory; the next use reads the store. After suspend, unlink, reconnect.
  Task<> forget(std::string account_id);

  // Refreshes what is due, once a second until stop().
  void start();
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::accounts
