#pragma once
// Renews what is due, before it expires: accounts used within the last lifetime of their tokens.
// An idle one whose token can be had on demand gets a health check once a week. Several instances
// share the work: each claims some of what is due, and what a dead one had claimed is due again
// when its claim has run out.
//
// Loop 0; each account is renewed on its own loop.
#include <deque>

#include "accounts/keeper_options.h"
#include "accounts/refresher.h"
#include "accounts/services.h"
#include "accounts/token_memory.h"

namespace patchbay::accounts {

class DueRefreshes {
 public:
  DueRefreshes(const Services& services, TokenMemory& memory, Refresher& refresher,
               const KeeperOptions& options)
      : services_(services), memory_(memory), refresher_(refresher), options_(options) {}

  // All that is due now, several accounts at once.
  Task<> run();
  // What is under way is finished; nothing more is begun.
  void stop() { stopped_ = true; }

 private:
  Task<> work(std::deque<store::Account>& claimed);
  Task<> claim(std::deque<store::Account>& claimed, std::int64_t most);
  Task<> refresh_if_worth_while(store::Account account);
  [[nodiscard]] bool is_worth_while(const store::Account& account, std::int64_t lifetime) const;
  // A presentation of a rotating token whose outcome nobody knows yet waits for no idle account.
  Task<Result<bool>> is_half_done(const store::Account& account);

  const Services& services_;
  TokenMemory& memory_;
  Refresher& refresher_;
  const KeeperOptions& options_;
  bool stopped_ = false;
};

}  // namespace patchbay::accounts
