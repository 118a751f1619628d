// What came of a refresh: stored, lost to another change, or failed. Each ends the turn in the
// transaction that writes the outcome, which fails when the turn is not ours any more.
#include <algorithm>
#include <optional>
#include <utility>

#include "accounts/account_events.h"
#include "accounts/refresh_attempt.h"
#include "accounts/revoker.h"
#include "accounts/shared_authorization.h"
#include "accounts/told_hosts.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "metrics/connector_counters.h"
#include "store/change_sequence_table.h"
#include "store/flows_table.h"

namespace patchbay::accounts {
namespace {

namespace leases = store::refresh_leases_table;

struct Written {
  std::optional<store::Account> account;
  std::int64_t read_at = -1;
};

Result<Written> as_it_is_now(store::Database& db, const std::string& account_id) {
  Written now;
  PATCHBAY_TRY_ASSIGN(now.account, store::accounts_table::find_any(db, account_id));
  PATCHBAY_TRY_ASSIGN(now.read_at, store::change_sequence_table::current(db));
  return now;
}

Result<> seal_into(store::CredentialChange& change, const vault::Vault& vault,
                   const store::Account& account, std::int64_t generation,
                   const connector::FlowInput& input, bool with_secrets) {
  PATCHBAY_TRY_ASSIGN(change.tokens,
                      seal_tokens(vault, account, generation, input.tokens, change.now_ms));
  if (!with_secrets) return {};
  PATCHBAY_TRY_ASSIGN(change.secrets, seal_secrets(vault, account, generation, input.secrets));
  return {};
}

Result<Written> write_credentials(store::Database& db, const store::RefreshLease& lease,
                                  const store::CredentialChange& change, const std::string& flow_id,
                                  const std::optional<store::Revocation>& withdrawal, bool moved) {
  if (!flow_id.empty()) {
    PATCHBAY_TRY_ASSIGN(const bool ours, store::flows_table::take(db, flow_id));
    if (!ours && !PATCHBAY_PLANTED_BUG(11))
      return make_error(ErrorCode::kConflict, "The refresh took too long.");
  }
  PATCHBAY_TRY(store::account_credentials::replace(db, change));
  PATCHBAY_TRY(leases::release(db, lease));
  if (withdrawal) PATCHBAY_TRY(store::revocations_table::enqueue(db, *withdrawal));
  PATCHBAY_TRY_ASSIGN(auto written, as_it_is_now(db, change.account_id));
  if (moved && written.account)
    PATCHBAY_TRY(store::events_table::append(
        db, account_event(*written.account, "account.updated", change.now_ms)));
  return written;
}

}  // namespace

Task<Result<>> Refresher::keep(Attempt& attempt, Called called) {
  const auto now = services_.clock.unix_ms();
  auto& entry = attempt.entry;
  const auto& account = attempt.account;
  auto& input = attempt.input;
  auto& done = *called.outcome.done;
  RevocationOrder withdrawn{.project_id = entry.project_id,
                            .account_id = account.id,
                            .connector_id = account.connector_id,
                            .reason = "restored",
                            .input = &input,
                            .tokens = std::move(attempt.withdrawn)};
  leave_shared_tokens(services_, withdrawn);
  std::vector<connector::Token> minted;
  auto minted_at = entry.minted;
  for (const auto& token : done.tokens) {
    minted.push_back(token.copy());
    minted_at[token.name] = now;
  }
  merge_tokens(input.tokens, std::move(done.tokens));
  const bool secrets_changed = merge_secrets(input.secrets, std::move(done.secrets));

  const auto generation = account.generation + 1;
  store::CredentialChange change;
  change.account_id = account.id;
  change.expected_generation = account.generation;
  change.now_ms = now;
  change.next_refresh = plan_refresh(minted, now, options_.refresh_share, services_.random.unit());
  // The vault seals nothing while it can't be sure of its keys.
  auto withdrawal = revoker_.prepare(withdrawn);
  auto sealed = withdrawal ? Result<>() : withdrawal.error();
  if (sealed)
    sealed = seal_into(change, services_.vault, account, generation, input, secrets_changed);
  if (!sealed) co_return co_await lost(attempt, std::move(minted), called.flow_id, sealed.error());
  const bool withdraws = withdrawal->has_value();
  for (auto& row : *change.tokens)
    if (const auto at = minted_at.find(row.name); at != minted_at.end()) row.minted = at->second;
  const auto& manifest = *attempt.connector->manifest;
  const std::string lived_at = told_hosts_of(manifest, input.facts);
  merge_facts(input.facts, std::move(done.facts));
  if (auto facts = facts_to_json(input.facts); facts != account.facts)
    change.facts = std::move(facts);
  const std::string lives_at = told_hosts_of(manifest, input.facts);
  const bool moved = lives_at != lived_at;
  if (moved) {
    const auto recorded = services_.audit.append({.kind = "account.moved",
                                                  .project_id = entry.project_id,
                                                  .account_id = account.id,
                                                  .subject = lives_at,
                                                  .connector_id = account.connector_id});
    if (!recorded)
      co_return co_await lost(attempt, std::move(minted), called.flow_id, recorded.error());
  }
  auto written =
      co_await services_.store.transact([change, lease = attempt.lease, flow_id = called.flow_id,
                                         job = *std::move(withdrawal), moved](store::Database& db) {
        return write_credentials(db, lease, change, flow_id, job, moved);
      });
  // Perhaps the account holds these tokens now, which the next refresh finds out. Otherwise the
  // flow's row is still there, and its recovery revokes them.
  if (!written && written.error().code == ErrorCode::kOutcomeUnknown) {
    if (called.unwritten) write_later(services_, *std::move(called.unwritten));
    co_return back_off(entry, written.error());
  }
  if (!written || !written->account) {
    const auto why = written ? make_error(ErrorCode::kNotFound, "") : written.error();
    co_return co_await lost(attempt, std::move(minted), called.flow_id, why);
  }
  if (withdraws) revoker_.wake();
  auto& counters = metrics::of_connector(account.connector_id);
  counters.refreshes.add(metrics::Refreshed::kDone);
  counters.last_refresh_ms.set(services_.clock.unix_ms());
  log::info(
      "refresh", "done",
      {{"account", account.id}, {"connector", attempt.connector->id}, {"generation", generation}});
  entry.failures = 0;
  entry.not_before = 0;
  if (entry.account.generation > generation) co_return Result<>();  // reconnected and read already
  entry.account = *std::move(written->account);
  entry.read_at = written->read_at;
  entry.tokens = std::move(input.tokens);
  entry.has_changed();
  entry.minted = std::move(minted_at);
  entry.refreshed = now;
  co_return Result<>();
}

// Lost to another change, to another instance or to unlink, or the disk is full: a token that is
// not stored is revoked rather than forgotten. Unless it is of a rotating grant that lives on in
// other hands: revoking one of its tokens may end them all (RFC 7009, section 2.1).
Task<Result<>> Refresher::lost(Attempt& attempt, std::vector<connector::Token> minted,
                               std::string flow_id, const Error& why) {
  auto& entry = attempt.entry;
  const auto before = attempt.account.generation;
  if (why.code == ErrorCode::kNotFound || why.code == ErrorCode::kConflict)
    metrics::of_connector(attempt.account.connector_id).refreshes.add(metrics::Refreshed::kLost);
  Result<> outcome = why;
  if (why.code == ErrorCode::kConflict) outcome = co_await adopt_stored(entry);
  attempt.unlinked = !outcome && outcome.error().code == ErrorCode::kNotFound;
  const bool moved_on = entry.account.generation > before;
  const bool may_try_again = attempt.grace_s && !attempt.unlinked;
  // While the turn is ours nobody else renews it: then it was reconnected, and what was minted
  // belongs to the grant that this has ended. Likewise when it was unlinked after that.
  const bool reconnected = moved_on && co_await has_turn(attempt.lease);
  if (attempt.rotates && !reconnected && ((outcome && moved_on) || may_try_again)) minted.clear();
  co_await order_revocation(attempt, std::move(minted), std::move(flow_id),
                            attempt.rotates && reconnected);
  if (attempt.unlinked)
    co_return make_error(ErrorCode::kNotFound, "The account was unlinked meanwhile.");
  if (why.code != ErrorCode::kConflict) co_return back_off(entry, why);
  if (outcome && !moved_on)
    co_return make_error(ErrorCode::kUnavailable,
                         "Another instance of the hub is renewing this account's token. Try again "
                         "in a moment.");
  co_return outcome;
}

Task<Result<>> Refresher::failed(Attempt& attempt, Error error) {
  auto& entry = attempt.entry;
  const auto failure =
      next_failure(attempt.failed_before, error, attempt.input, services_.clock.unix_ms());
  if (is_final(error.code)) {
    metrics::of_connector(entry.account.connector_id).refreshes.add(metrics::Refreshed::kRefused);
    log::warning("refresh", "refused",
                 {{"account", entry.account.id}, {"code", to_string(error.code)}});
    attempt.lease.last_error = to_stored(failure);
    (void)co_await mark_error(attempt, std::string(to_string(error.code)), error.message);
    co_return error;
  }
  error = back_off(entry, std::move(error));
  auto lease = attempt.lease;
  lease.retry_at = entry.not_before;
  lease.last_error = to_stored(failure);
  (void)co_await services_.store.transact([lease](store::Database& db) -> Result<> {
    PATCHBAY_TRY(leases::present(db, lease));
    PATCHBAY_TRY(leases::release(db, lease));
    return store::accounts_table::set_next_refresh(db, lease.account_id, lease.retry_at);
  });
  co_return error;
}

Task<Result<>> Refresher::mark_error(Attempt& attempt, std::string code, std::string text) {
  auto& entry = attempt.entry;
  auto marked = co_await services_.store.transact(
      [lease = attempt.lease, now = services_.clock.unix_ms(), code = std::move(code),
       text = std::move(text)](store::Database& db) -> Result<Written> {
        PATCHBAY_TRY(leases::release(db, lease));
        PATCHBAY_TRY_ASSIGN(const bool changed,
                            store::accounts_table::set_error(db, lease.account_id, lease.generation,
                                                             code, text, now));
        PATCHBAY_TRY_ASSIGN(auto written, as_it_is_now(db, lease.account_id));
        if (changed && written.account)
          PATCHBAY_TRY(store::events_table::append(
              db, account_event(*written.account, "account.error", now)));
        return written;
      });
  if (!marked && marked.error().code != ErrorCode::kConflict) co_return marked.error();
  if (!marked || !marked->account) co_return co_await adopt_stored(entry);
  entry.account = *std::move(marked->account);
  entry.has_changed();
  entry.read_at = marked->read_at;
  co_return TokenMemory::serving_error(entry);
}

Task<> Refresher::let_go(store::RefreshLease lease) {
  const auto ended = co_await services_.store.transact(
      [lease](store::Database& db) { return leases::release(db, lease); });
  if (!ended && ended.error().code != ErrorCode::kConflict)
    log::warning("refresh", "turn_not_ended",
                 {{"account", lease.account_id}, {"error", ended.error().message}});
}

Task<Result<>> Refresher::adopt_stored(Entry& entry) {
  auto stored = co_await services_.store.read(
      [project = entry.project_id, id = entry.account.id](store::Database& db) {
        return read_account(db, project, id);
      });
  if (!stored) co_return stored.error();
  PATCHBAY_CO_TRY(memory_->take_over(entry, *std::move(stored)));
  co_return TokenMemory::serving_error(entry);
}

// Or the turn is gone with the account. False when it can't be told.
Task<bool> Refresher::has_turn(store::RefreshLease lease) {
  const auto now = co_await services_.store.read(
      [id = lease.account_id](store::Database& db) { return leases::find(db, id); });
  co_return now && (!*now || ((*now)->holder == lease.holder && (*now)->fence == lease.fence));
}

Task<> Refresher::order_revocation(const Attempt& attempt, std::vector<connector::Token> tokens,
                                   std::string flow_id, bool ends_grant) {
  RevocationOrder order{.project_id = attempt.entry.project_id,
                        .account_id = attempt.entry.account.id,
                        .connector_id = attempt.entry.account.connector_id,
                        .reason = "refresh_lost",
                        .input = &attempt.input,
                        .tokens = std::move(tokens),
                        .flow_id = std::move(flow_id),
                        .ends_grant = ends_grant};
  if (!attempt.unlinked) leave_shared_tokens(services_, order);
  co_await revoker_.order(std::move(order));
}

// While nobody can name it, the flow's row stays: its recovery finds out.
Task<> Refresher::revoke_minted(const Attempt& attempt, Called& called) {
  if (called.outcome.minted_is_unknown) co_return;
  co_await order_revocation(attempt, std::move(called.outcome.minted), called.flow_id);
}

Error Refresher::back_off(Entry& entry, Error error) {
  const auto doubled = options_.first_back_off.count()
                       << std::min<std::int64_t>(entry.failures++, 20);
  auto wait = std::min<std::int64_t>(doubled, options_.longest_back_off.count());
  wait += static_cast<std::int64_t>(services_.random.unit() * 0.2 * static_cast<double>(wait));
  if (PATCHBAY_PLANTED_BUG(12)) error.retry_after_ms = 0;
  entry.not_before = services_.clock.unix_ms() + std::max(wait, error.retry_after_ms);
  metrics::of_connector(entry.account.connector_id).refreshes.add(metrics::Refreshed::kWillRetry);
  log::warning("refresh", "will_retry",
               {{"account", entry.account.id},
                {"code", to_string(error.code)},
                {"error", error.message},
                {"failures", entry.failures}});
  return error;
}

}  // namespace patchbay::accounts
