#include "accounts/due_refreshes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "net/wait_all.h"
#include "store/refresh_leases_table.h"

namespace patchbay::accounts {
namespace {

constexpr std::size_t kAtOnce = 16;
constexpr std::int64_t kFirstClaim = 2 * kAtOnce;
constexpr std::int64_t kLaterClaim = kAtOnce / 2;

}  // namespace

Task<> DueRefreshes::run() {
  std::deque<store::Account> claimed;
  co_await claim(claimed, kFirstClaim);
  if (claimed.empty()) co_return;
  std::vector<Task<>> workers;
  workers.reserve(kAtOnce);
  for (std::size_t i = 0; i < kAtOnce; ++i) workers.push_back(work(claimed));
  co_await net::wait_all(std::move(workers));
}

Task<> DueRefreshes::work(std::deque<store::Account>& claimed) {
  while (!stopped_) {
    if (claimed.empty()) co_await claim(claimed, kLaterClaim);
    if (claimed.empty()) co_return;
    auto account = std::move(claimed.front());
    claimed.pop_front();
    auto& loop = services_.loops.loop_for(account.id);
    co_await net::run_on(loop, refresh_if_worth_while(std::move(account)));
  }
}

Task<> DueRefreshes::claim(std::deque<store::Account>& claimed, std::int64_t most) {
  const auto now = services_.clock.unix_ms();
  auto due = co_await services_.store.transact(
      [now, until = now + options_.claim.count(), most](store::Database& db) {
        return store::accounts_table::claim_due(db, now, until, most);
      });
  if (!due) co_return;
  for (auto& account : *due) claimed.push_back(std::move(account));
}

bool DueRefreshes::is_worth_while(const store::Account& account, std::int64_t lifetime) const {
  const auto now = services_.clock.unix_ms();
  return now - std::max(account.last_used, account.created) <= lifetime ||
         now - account.updated >= options_.health_check.count();
}

Task<Result<bool>> DueRefreshes::is_half_done(const store::Account& account) {
  PATCHBAY_CO_TRY_ASSIGN(const auto lease,
                         co_await services_.store.read([id = account.id](store::Database& db) {
                           return store::refresh_leases_table::find(db, id);
                         }));
  co_return lease && lease->presented > 0 && lease->generation == account.generation;
}

Task<> DueRefreshes::refresh_if_worth_while(store::Account account) {
  auto entry = co_await memory_.load(account.project_id, account.id);
  if (!entry) co_return;
  // Whoever is not used since the last mint has its updated time there.
  std::int64_t lifetime = 0;
  for (const auto& token : (*entry)->tokens)
    lifetime = std::max(lifetime, token.expires_unix_ms - account.updated);
  account.last_used = std::max(account.last_used, (*entry)->account.last_used);
  const auto looked = co_await is_half_done(account);
  if (!looked) co_return;  // the claim runs out, and it is due again
  const bool half_done = *looked;
  if (half_done || is_worth_while(account, lifetime)) {
    // What is half done can't wait, unless it was this hub's own attempt, whose failure it knows:
    // a disk that is full keeps the intent where the provider said when to try again.
    const bool knows_why = services_.clock.unix_ms() < (*entry)->not_before;
    (void)co_await refresher_.refresh(*entry, half_done && !knows_why);
    co_return;
  }
  (void)co_await services_.store.transact(
      [id = account.id, at = account.updated + options_.health_check.count()](store::Database& db) {
        return store::accounts_table::set_next_refresh(db, id, at);
      });
}

}  // namespace patchbay::accounts
