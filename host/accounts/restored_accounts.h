#pragma once
// Accounts whose credentials came back from a backup (store/restored_accounts_table.h). What may be
// done with them depends on how the provider renews tokens:
//
//   mint anew, lasting refresh token   the restored tokens are not served; the first use or the
//                                      health check mints a new one and has the old ones revoked
//   rotating refresh token             never presented: it was spent by now, and presenting a spent
//                                      one kills the whole grant; reconnect_needed
//   never                              the token is all there is, and is served as it was
//
// Unlinking still tells the provider to forget a rotating token: ending the grant is the purpose.
#include <memory>
#include <optional>

#include "accounts/services.h"
#include "manifest/auth_method.h"
#include "store/accounts_table.h"

namespace patchbay::accounts {

// How this account's tokens are renewed; nothing while its connector is not ready.
std::optional<manifest::Renewal> renewal_of(const Services& services,
                                            const store::Account& account);

// Puts the account into status error, reason reconnect_needed, with an event, unless its
// credentials were changed meanwhile.
Task<Result<>> require_reconnect(const Services& services, const store::Account& account);

// Looks through the restored accounts once, at the hub's first start after a restore, so that the
// operator sees at once who has to reconnect. Accounts whose connector is not ready are looked at
// again every minute. start and stop: any thread.
class RestoredAccounts {
 public:
  explicit RestoredAccounts(const Services& services);
  ~RestoredAccounts();

  void start();
  void stop();

  struct Settled {
    std::size_t reconnect_needed = 0;
    std::size_t waiting = 0;  // for their connector
  };
  Task<Result<Settled>> settle();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace patchbay::accounts
