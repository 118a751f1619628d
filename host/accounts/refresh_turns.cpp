#include "accounts/refresh_turns.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "store/instances_table.h"

namespace patchbay::accounts {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;
using store::RefreshLease;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{500};

// What it takes to decide whose turn it is.
struct Claim {
  std::string project_id;
  std::string account_id;
  std::int64_t generation = 0;
  bool insists = false;
  std::int64_t now_ms = 0;
  store::InstanceRow self;
  std::vector<instances::DeadAt> dead;
};

struct Decision {
  Turn turn;
  bool busy = false;
};

bool is_dead_at(const std::vector<instances::DeadAt>& dead, const store::InstanceRow& row) {
  return std::any_of(dead.begin(), dead.end(), [&](const instances::DeadAt& one) {
    return one.id == row.id && one.beat == row.beat;
  });
}

// Somebody else holds it and lives.
Result<bool> is_busy(store::Database& db, const std::optional<RefreshLease>& lease,
                     const Claim& claim) {
  if (!lease || lease->holder.empty() || lease->holder == claim.self.id) return false;
  PATCHBAY_TRY_ASSIGN(const auto rows, store::instances_table::list(db));
  return std::any_of(rows.begin(), rows.end(), [&](const store::InstanceRow& row) {
    return row.id == lease->holder && !is_dead_at(claim.dead, row);
  });
}

std::optional<Error> recent_failure(const std::optional<RefreshLease>& lease, const Claim& claim) {
  if (claim.insists || !lease || lease->retry_at <= claim.now_ms) return std::nullopt;
  auto failure = failure_of(lease, claim.generation);
  if (!failure) return std::nullopt;
  failure->error.retry_after_ms = lease->retry_at - claim.now_ms;
  return std::move(failure->error);
}

// Where the lease is to be had: with `take`, takes it, and shows that this instance lives.
Result<Decision> decide(store::Database& db, const Claim& claim, bool take) {
  Decision made;
  PATCHBAY_TRY_ASSIGN(made.turn.stored, read_account(db, claim.project_id, claim.account_id));
  const auto& account = made.turn.stored.account;
  if (account.generation > claim.generation || account.status == store::AccountStatus::kInactive)
    return made;
  PATCHBAY_TRY_ASSIGN(const auto lease, store::refresh_leases_table::find(db, account.id));
  PATCHBAY_TRY_ASSIGN(made.busy, is_busy(db, lease, claim));
  if (made.busy) return made;
  made.turn.failed = recent_failure(lease, claim);
  if (made.turn.failed || !take) return made;
  made.turn.failed_before = failure_of(lease, account.generation);
  PATCHBAY_TRY(store::instances_table::beat(db, claim.self));
  PATCHBAY_TRY_ASSIGN(made.turn.lease, store::refresh_leases_table::take(
                                           db, account.id, claim.self.id, account.generation));
  return made;
}

Task<> pause(milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace

Task<Result<Turn>> RefreshTurns::take(std::string project_id, std::string account_id,
                                      std::int64_t generation, bool insists) const {
  auto& instance = services_.instance;
  const auto end = services_.clock.uptime_ms() + options_.patience.count();
  for (auto wait = kFirstPause;; wait = std::min(2 * wait, kLongestPause)) {
    const bool waited = wait != kFirstPause;
    if (waited) (void)co_await instance.look();  // whether the holder still lives
    PATCHBAY_CO_TRY_ASSIGN(const auto sequence, co_await instance.sequence());
    const Claim claim{project_id,
                      account_id,
                      generation,
                      insists,
                      services_.clock.unix_ms(),
                      instance.presence().row(sequence),
                      instance.presence().dead()};
    // Those who wait only read, until there is something to take.
    if (waited) {
      auto looked = co_await services_.store.read(
          [claim](store::Database& db) { return decide(db, claim, false); });
      if (!looked) co_return looked.error();
      if (looked->turn.failed) co_return std::move(looked->turn);
      if (looked->busy && services_.clock.uptime_ms() >= end)
        co_return make_error(ErrorCode::kTimeout,
                             "Another instance of the hub is renewing this account's token, and "
                             "takes long. Try again in a moment.");
      if (looked->busy) {
        co_await pause(wait);
        continue;
      }
    }
    const auto began = services_.clock.uptime_ms();
    auto decided = co_await services_.store.transact(
        [claim](store::Database& db) { return decide(db, claim, true); });
    if (!decided) co_return decided.error();
    if (decided->turn.lease) instance.presence().wrote(began);
    if (!decided->busy) co_return std::move(decided->turn);
    co_await pause(wait);
  }
}

}  // namespace patchbay::accounts
