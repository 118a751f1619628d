#pragma once
// Whose turn it is to renew an account's token: single flight across instances. The turn is a lease
// in the store (store/refresh_leases_table.h), taken right before the provider is called. Whoever
// does not get it waits for what the holder brings about and takes that over, a failure included;
// when the holder is dead (instances/presence.h), its lease is free.
//
// Any loop.
#include <memory>
#include <optional>
#include <string>

#include "accounts/credentials.h"
#include "accounts/keeper_options.h"
#include "accounts/refresh_failure.h"
#include "accounts/services.h"
#include "store/refresh_leases_table.h"

namespace patchbay::accounts {

struct Turn {
  StoredAccount stored;                           // as it is now
  std::optional<store::RefreshLease> lease;       // ours; none: there is nothing to do (any more)
  std::optional<Error> failed;                    // another instance has just tried in vain
  std::optional<RefreshFailure> failed_before{};  // ours, and the last try was in vain
};

class RefreshTurns {
 public:
  RefreshTurns(const Services& services, const KeeperOptions& options)
      : services_(services), options_(options) {}

  // For whoever knows the account at `generation`; a newer one is nothing to do. `insists`: also
  // when a try failed a moment ago. kTimeout: the holder took longer than our patience.
  Task<Result<Turn>> take(std::string project_id, std::string account_id, std::int64_t generation,
                          bool insists) const;

 private:
  const Services& services_;
  const KeeperOptions options_;
};

}  // namespace patchbay::accounts
