#include "accounts/refresher.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "accounts/failed_flows.h"
#include "accounts/refresh_attempt.h"
#include "accounts/restored_accounts.h"
#include "accounts/rotation.h"
#include "accounts/stored_journal.h"
#include "accounts/told_hosts.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "metrics/connector_counters.h"

namespace patchbay::accounts {

namespace asio = net::asio;

// Never expires; cancelled when the refresh is over.
struct Flight {
  explicit Flight(asio::io_context& loop)
      : over(loop, std::chrono::steady_clock::time_point::max()) {}
  asio::steady_timer over;
};

namespace {

constexpr const char* kReconnectNeeded = "reconnect_needed";
constexpr const char* kMaybeSpent =
    "The provider may have used up this account's refresh token without the hub learning the new "
    "one. Presenting it again could end the whole grant, so the account has to be reconnected.";

Task<> until_over(const EntryPtr& entry, std::shared_ptr<Flight> flight) {
  while (entry->refreshing == flight)
    (void)co_await flight->over.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace

bool is_final(ErrorCode code) {
  return code == ErrorCode::kInvalidCredentials || code == ErrorCode::kPermissionMissing ||
         code == ErrorCode::kRevoked;
}

Task<Result<>> Refresher::refresh(EntryPtr entry, bool insists) {
  if (entry->refreshing) {
    co_await until_over(entry, entry->refreshing);
    co_return entry->last_refresh;
  }
  if (!insists && services_.clock.unix_ms() < entry->not_before) co_return entry->last_refresh;
  auto& loop = services_.loops.loop_for(entry->account.id);
  const auto flight = std::make_shared<Flight>(loop);
  entry->refreshing = flight;
  // In a coroutine of its own: it ends even when whoever asked for it is cancelled.
  asio::co_spawn(loop, fly(shared_from_this(), entry, insists), asio::detached);
  co_await until_over(entry, flight);
  co_return entry->last_refresh;
}

Task<> Refresher::fly(std::shared_ptr<Refresher> self, EntryPtr entry, bool insists) {
  Result<> result = make_error(ErrorCode::kInternal, "the refresh ended unexpectedly");
  try {
    result = co_await self->renew(*entry, insists);
  } catch (const std::exception& e) {
    log::error("refresh", "exception", {{"what", e.what()}});
  }
  entry->last_refresh = std::move(result);
  std::exchange(entry->refreshing, nullptr)->over.cancel();
}

Task<Result<>> Refresher::renew(Entry& entry, bool insists) {
  auto turn =
      co_await turns_.take(entry.project_id, entry.account.id, entry.account.generation, insists);
  if (!turn) co_return turn.error();
  if (!turn->lease) co_return adopt(entry, *std::move(turn));
  const auto hold = services_.instance.hold();
  const auto lease = *turn->lease;
  auto renewed = co_await renew_in_turn(entry, *std::move(turn));
  // Where the outcome could not be written, the turn has not ended with it.
  if (!renewed) co_await let_go(lease);
  co_return renewed;
}

Result<> Refresher::adopt(Entry& entry, Turn turn) {
  const auto failed = std::move(turn.failed);
  PATCHBAY_TRY(memory_->take_over(entry, std::move(turn.stored)));
  if (failed) return *failed;
  return TokenMemory::serving_error(entry);
}

Task<Result<>> Refresher::renew_in_turn(Entry& entry, Turn turn) {
  const bool restored = turn.stored.restored;
  auto attempt = prepare(entry, std::move(turn));
  if (!attempt) co_return back_off(entry, attempt.error());
  if (restored && attempt->rotates) {
    PATCHBAY_CO_TRY(co_await require_reconnect(services_, entry.account));
    PATCHBAY_CO_TRY(co_await adopt_stored(entry));
    co_return make_error(ErrorCode::kConflict, "The account was reconnected meanwhile.");
  }
  if (attempt->rotates) co_return co_await rotate(*attempt);
  co_return co_await mint(*attempt);
}

Result<Refresher::Attempt> Refresher::prepare(Entry& entry, Turn turn) {
  const auto& stored = turn.stored;
  PATCHBAY_TRY_ASSIGN(auto input, open_input(services_.vault, stored));
  auto connector = services_.registry.find(stored.account.connector_id);
  if (!connector) return connector_missing(stored.account);
  std::vector<connector::Token> withdrawn;
  if (is_withdrawn(services_, stored)) withdrawn = std::exchange(input.tokens, {});
  const auto* method = connector->manifest->find_auth_method(stored.account.auth_method);
  entry.account = stored.account;
  entry.has_changed();
  Attempt attempt{.entry = entry,
                  .account = stored.account,
                  .lease = *std::move(turn.lease),
                  .connector = std::move(connector),
                  .input = std::move(input),
                  .withdrawn = std::move(withdrawn),
                  .rotates = false,
                  .unlinked = false,
                  .grace_s = {},
                  .within = {},
                  .failed_before = std::move(turn.failed_before)};
  if (method != nullptr) {
    attempt.rotates = method->renewal == manifest::Renewal::kRotating;
    attempt.grace_s = method->rotation_grace_s;
  }
  return attempt;
}

Task<Result<>> Refresher::mint(Attempt& attempt) {
  auto called = co_await call(attempt);
  if (called.outcome.done) co_return co_await keep(attempt, std::move(called));
  if (PATCHBAY_PLANTED_BUG(13)) called.outcome.minted.clear();
  co_await revoke_minted(attempt, called);
  co_return co_await failed(attempt, std::move(called.outcome.error));
}

Task<Result<>> Refresher::rotate(Attempt& attempt) {
  for (;;) {
    if (const auto written = co_await write_down_presentation(attempt); !written) {
      if (written.error().code == ErrorCode::kForbidden) {
        metrics::of_connector(attempt.account.connector_id)
            .refreshes.add(metrics::Refreshed::kReconnectNeeded);
        co_return co_await mark_error(attempt, kReconnectNeeded, kMaybeSpent);
      }
      if (written.error().code == ErrorCode::kConflict)
        co_return co_await adopt_stored(attempt.entry);
      co_return co_await failed(attempt, written.error());
    }
    auto called = co_await call(attempt);
    auto& outcome = called.outcome;
    if (outcome.done) co_return co_await keep(attempt, std::move(called));
    // With grace the grant lives on, here or with another hub, and revoking one of its tokens may
    // end them all (RFC 7009, section 2.1).
    if (attempt.grace_s) {
      outcome.minted.clear();
      outcome.minted_is_unknown = false;
    }
    co_await revoke_minted(attempt, called);
    if (!outcome.maybe_spent) --attempt.lease.presented;  // failed() writes it
    if (!outcome.maybe_spent || is_final(outcome.error.code))
      co_return co_await failed(attempt, std::move(outcome.error));
    log::warning("refresh", "outcome_unknown",
                 {{"account", attempt.entry.account.id},
                  {"generation", attempt.lease.generation},
                  {"presented", attempt.lease.presented},
                  {"error", outcome.error.message}});
  }
}

// kForbidden: it must not be presented any more. kConflict: the turn is somebody else's. Else it
// could not be written, and the lease is as before.
Task<Result<>> Refresher::write_down_presentation(Attempt& attempt) {
  struct Written {
    Presentation presentation;
    store::RefreshLease lease;
  };
  auto written = co_await services_.store.transact(
      [lease = attempt.lease, grace = attempt.grace_s,
       own = services_.clock.unix_ms()](store::Database& db) -> Result<Written> {
        namespace leases = store::refresh_leases_table;
        PATCHBAY_TRY_ASSIGN(const auto now, leases::shared_time(db, own));
        Written made{may_present(lease, grace, now), lease};
        if (!made.presentation.allowed) return made;
        if (made.lease.presented++ == 0) made.lease.presented_at = now;
        if (!PATCHBAY_PLANTED_BUG(17)) PATCHBAY_TRY(leases::present(db, made.lease));
        // Should this process die, whoever looks for what is due finds it.
        PATCHBAY_TRY(store::accounts_table::set_next_refresh(db, lease.account_id, own));
        return made;
      });
  if (!written) co_return written.error();
  if (!written->presentation.allowed)
    co_return make_error(ErrorCode::kForbidden, "The refresh token was presented already.");
  attempt.lease = std::move(written->lease);
  attempt.within = written->presentation.within;
  co_return Result<>();
}

Task<Refresher::Called> Refresher::call(Attempt& attempt) {
  const auto& account = attempt.account;
  const auto& manifest = attempt.connector->manifest;
  const auto now = services_.clock.unix_ms();
  StoredJournal journal(services_,
                        {services_.random.id("flow_"),
                         attempt.entry.project_id,
                         "refresh",
                         {},
                         account.id,
                         account.connector_id,
                         "{}",
                         {},
                         now,
                         now},
                        {.connector_version = manifest->version, .turn = attempt.lease.fence},
                        StoredJournal::Row::kComesLast);
  connector::FlowPlan plan{
      .operation = connector::Operation::kRefresh,
      .manifest = manifest,
      .host_values = host_values(*manifest, attempt.input),
      .limits = {},
      .cancel = nullptr,
      .journal = &journal,
      .rotates = attempt.rotates,
      .go_ahead = [&presence = services_.instance.presence()] { return presence.may_act(); },
      .account_id = account.id};
  if (attempt.within) {
    plan.limits.total = std::min(plan.limits.total, *attempt.within);
    plan.limits.request = std::min(plan.limits.request, *attempt.within);
  }
  FailedFlows failed_flows(services_, attempt.entry.project_id);
  const auto flow = failed_flows.listening(
      services_.flow_services(*attempt.connector, services_.http_for(account.id)));
  auto outcome =
      co_await connector::drive_flow(flow, std::move(plan), connector::copy_of(attempt.input));
  // Where the account lives now must be where the hub may go: else its new token goes nowhere.
  if (outcome.done) {
    if (auto settled = settle_told_hosts(*manifest, outcome.done->facts, false); !settled) {
      outcome.error = std::move(settled).error();
      outcome.minted = std::move(outcome.done->tokens);
      outcome.done.reset();
    }
  }
  co_return Called{std::move(outcome), journal.flow_id(), journal.take_unwritten()};
}

}  // namespace patchbay::accounts
