#include "accounts/token_keeper.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <unordered_map>

#include "accounts/account_events.h"
#include "accounts/credentials.h"
#include "accounts/permission_report.h"
#include "accounts/restored_accounts.h"
#include "accounts/revoker.h"
#include "accounts/stored_journal.h"
#include "base/log.h"
#include "connector/flow_driver.h"
#include "connector/flow_error.h"
#include "store/change_sequence_table.h"

namespace patchbay::accounts {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;

constexpr milliseconds kTick{1'000};
constexpr std::int64_t kDueBatch = 64;
constexpr std::int64_t kUseRecordedEveryMs = 60'000;

AccessToken copy_of(const connector::Token& token) {
  return {token.name, token.value.copy(), token.type, token.expires_unix_ms, token.scopes};
}

Error connector_missing(const store::Account& account) {
  return make_error(ErrorCode::kUnavailable, "connector " + account.connector_id +
                                                 " is not in the connectors folder or not ready");
}

// Failures that trying again can't mend: the account goes into status error with this reason.
bool is_final(ErrorCode code) {
  return code == ErrorCode::kInvalidCredentials || code == ErrorCode::kPermissionMissing ||
         code == ErrorCode::kRevoked;
}

}  // namespace

// One account in memory, on its loop. Refresh is a single flight: `refreshing` is set while one is
// under way, and its timer wakes those who wait.
struct Entry {
  std::string project_id;
  std::int64_t epoch = 0;  // of its shard when it was read; another value: read it again
  store::Account account;  // as last read; its status decides whether tokens are served
  std::vector<connector::Token> tokens;
  std::map<std::string, std::int64_t, std::less<>> minted;  // by token name
  std::int64_t refreshed = 0;                               // last success of this process
  std::int64_t use_recorded = 0;
  std::int64_t not_before = 0;  // back-off after a transient failure
  std::int64_t failures = 0;
  std::shared_ptr<asio::steady_timer> refreshing;
  Result<> last_refresh;
};

// The accounts of one loop; only that loop touches it.
struct Shard {
  std::int64_t epoch = 1;
  std::unordered_map<std::string, std::shared_ptr<Entry>> entries;
};

struct TokenKeeper::Impl : std::enable_shared_from_this<Impl> {
  Impl(const Services& s, Revoker& r, KeeperOptions o)
      : services(s),
        revoker(r),
        options(o),
        shards(s.loops.size()),
        tick(s.loops.loop(0), std::chrono::steady_clock::time_point::max()) {}

  const Services& services;
  Revoker& revoker;
  const KeeperOptions options;
  std::vector<Shard> shards;
  asio::steady_timer tick;  // loop 0
  bool running = false;     // loop 0
  std::int64_t sequence = -1;

  using EntryPtr = std::shared_ptr<Entry>;

  template <class T>
  Task<T> on_loop_of(const std::string& account_id, Task<T> work) {
    co_return co_await net::run_on(services.loops.loop_for(account_id), std::move(work));
  }

  Shard& shard_of(const std::string& account_id) {
    return shards[services.loops.index_for(account_id)];
  }

  // ---- all below runs on the account's loop ----

  // The entry stays the same object while it is read again, so that a refresh under way remains
  // the only one.
  Task<Result<EntryPtr>> load(std::string project_id, std::string account_id) {
    auto& shard = shard_of(account_id);
    const auto found = shard.entries.find(account_id);
    if (found != shard.entries.end() && found->second->epoch == shard.epoch &&
        found->second->project_id == project_id)
      co_return found->second;
    const auto epoch = shard.epoch;
    auto stored = co_await services.store.read(
        [=](store::Database& db) { return read_account(db, project_id, account_id); });
    if (!stored) co_return stored.error();
    // Whether its tokens may be served depends on how they are renewed.
    if (stored->restored && !renewal_of(services, stored->account))
      co_return connector_missing(stored->account);
    auto input = open_input(services.vault, *stored);
    if (!input) co_return input.error();
    auto& entry = shard.entries[account_id];
    if (!entry) entry = std::make_shared<Entry>();
    if (entry->account.generation <= stored->account.generation || entry->project_id.empty()) {
      take_over(*entry, std::move(*stored), std::move(*input));
    }
    entry->project_id = std::move(project_id);
    entry->epoch = epoch;
    co_return entry;
  }

  void take_over(Entry& entry, StoredAccount stored, connector::FlowInput input) const {
    if (is_withdrawn(stored)) {
      input.tokens.clear();
      stored.tokens.clear();
    }
    entry.account = std::move(stored.account);
    entry.tokens = std::move(input.tokens);
    entry.minted.clear();
    for (const auto& token : stored.tokens) entry.minted[token.name] = token.minted;
  }

  // Tokens out of a backup: the provider may have revoked them since.
  [[nodiscard]] bool is_withdrawn(const StoredAccount& stored) const {
    return stored.restored && renewal_of(services, stored.account) != manifest::Renewal::kNever;
  }

  static Result<> serving_error(const Entry& entry) {
    const auto& account = entry.account;
    if (account.status == store::AccountStatus::kInactive)
      return make_error(ErrorCode::kForbidden, "This account is suspended.");
    if (account.status == store::AccountStatus::kError)
      return make_error(
          ErrorCode::kInvalidCredentials,
          "This account needs attention (" + account.reason_code + "): " + account.reason_text);
    return {};
  }

  static const connector::Token* find(const Entry& entry, std::string_view name) {
    for (const auto& token : entry.tokens)
      if (token.name == name) return &token;
    return nullptr;
  }

  [[nodiscard]] bool is_valid(const connector::Token& token, std::int64_t for_ms) const {
    return token.expires_unix_ms == 0 || token.expires_unix_ms - services.clock.unix_ms() > for_ms;
  }

  // Whether asking the provider would bring nothing better than what is held, which is not what the
  // caller wishes for: the last refresh was a moment ago and did not bring this token; or a token's
  // whole life is shorter than the wish, and the one held is fresh.
  [[nodiscard]] bool is_vain(const Entry& entry, std::string_view name,
                             const connector::Token* held, std::int64_t for_ms) const {
    const auto now = services.clock.unix_ms();
    const auto found = entry.minted.find(name);
    const auto minted = found == entry.minted.end() ? 0 : found->second;
    if (minted < entry.refreshed && now - entry.refreshed < options.missing_again.count())
      return true;
    if (held == nullptr || minted == 0 || !is_valid(*held, 0)) return false;
    const auto life = held->expires_unix_ms - minted;
    const auto fresh_for =
        static_cast<std::int64_t>(static_cast<double>(life) * options.fresh_share);
    return life <= for_ms &&
           now - minted < std::max<std::int64_t>(fresh_for, options.first_back_off.count());
  }

  Task<Result<AccessToken>> token(std::string project_id, std::string account_id, std::string name,
                                  std::int64_t min_validity_ms) {
    auto entry = co_await load(std::move(project_id), account_id);
    if (!entry) co_return entry.error();
    PATCHBAY_CO_TRY(serving_error(**entry));
    co_await note_use(**entry);
    const auto* held = find(**entry, name);
    if (held != nullptr && is_valid(*held, min_validity_ms)) co_return copy_of(*held);
    Result<> refreshed;
    if (!is_vain(**entry, name, held, min_validity_ms)) {
      refreshed = co_await refresh_once(*entry);
      PATCHBAY_CO_TRY(serving_error(**entry));
      held = find(**entry, name);
    }
    if (held != nullptr && is_valid(*held, 0)) co_return copy_of(*held);
    if (!refreshed) co_return refreshed.error();
    co_return make_error(ErrorCode::kNotFound,
                         "The account has no valid token named " + name + ".");
  }

  // Providers also say 401 where a permission is missing. A token that was minted a moment ago is
  // not to blame, and another one would fare no better.
  [[nodiscard]] bool is_brand_new(const Entry& entry, std::string_view name) const {
    const auto minted = entry.minted.find(name);
    return entry.refreshed != 0 && minted != entry.minted.end() &&
           minted->second >= entry.refreshed &&
           services.clock.unix_ms() - entry.refreshed < options.missing_again.count();
  }

  Task<Result<AccessToken>> replace_refused(std::string project_id, std::string account_id,
                                            std::string name, SecretString refused) {
    auto entry = co_await load(std::move(project_id), account_id);
    if (!entry) co_return entry.error();
    PATCHBAY_CO_TRY(serving_error(**entry));
    const auto* held = find(**entry, name);
    const bool is_refused = held == nullptr || held->value.equals(refused.reveal());
    if (is_refused && !is_brand_new(**entry, name)) {
      (*entry)->not_before = 0;
      PATCHBAY_CO_TRY(co_await refresh_once(*entry));
      PATCHBAY_CO_TRY(serving_error(**entry));
      held = find(**entry, name);
    }
    if (held == nullptr)
      co_return make_error(ErrorCode::kNotFound, "The account has no token named " + name + ".");
    co_return copy_of(*held);
  }

  Task<Result<>> refresh(std::string project_id, std::string account_id) {
    auto entry = co_await load(std::move(project_id), std::move(account_id));
    if (!entry) co_return entry.error();
    if ((*entry)->account.status == store::AccountStatus::kInactive)
      co_return serving_error(**entry);
    (*entry)->not_before = 0;
    co_return co_await refresh_once(*entry);
  }

  Task<> note_use(Entry& entry) {
    const auto now = services.clock.unix_ms();
    entry.account.last_used = now;
    if (now - entry.use_recorded < kUseRecordedEveryMs) co_return;
    entry.use_recorded = now;
    (void)co_await services.store.transact([id = entry.account.id, now](store::Database& db) {
      return store::accounts_table::record_use(db, id, now);
    });
  }

  // Joins the refresh under way, or makes one.
  Task<Result<>> refresh_once(EntryPtr entry) {
    if (entry->refreshing) {
      const auto flight = entry->refreshing;
      while (entry->refreshing == flight)
        (void)co_await flight->async_wait(asio::as_tuple(asio::use_awaitable));
      co_return entry->last_refresh;
    }
    if (services.clock.unix_ms() < entry->not_before) co_return entry->last_refresh;
    auto& loop = services.loops.loop_for(entry->account.id);
    const auto flight =
        std::make_shared<asio::steady_timer>(loop, std::chrono::steady_clock::time_point::max());
    entry->refreshing = flight;
    // In a coroutine of its own: it ends even when whoever asked for it is cancelled.
    asio::co_spawn(loop, fly(shared_from_this(), entry), asio::detached);
    while (entry->refreshing == flight)
      (void)co_await flight->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return entry->last_refresh;
  }

  static Task<> fly(std::shared_ptr<Impl> self, EntryPtr entry) {
    Result<> result = make_error(ErrorCode::kInternal, "the refresh ended unexpectedly");
    try {
      result = co_await self->mint(*entry);
    } catch (const std::exception& e) {
      log::error("refresh", "exception", {{"what", e.what()}});
    }
    entry->last_refresh = std::move(result);
    const auto flight = std::exchange(entry->refreshing, nullptr);
    flight->cancel();
  }

  Task<Result<>> mint(Entry& entry) {
    // Always from the store: another process may have been here.
    auto stored = co_await services.store.read(
        [project = entry.project_id, id = entry.account.id](store::Database& db) {
          return read_account(db, project, id);
        });
    if (!stored) co_return stored.error();
    const bool newer = stored->account.generation > entry.account.generation;
    auto input = open_input(services.vault, *stored);
    if (!input) co_return input.error();
    if (newer) {
      take_over(entry, std::move(*stored), std::move(*input));
      co_return serving_error(entry);
    }
    entry.account = stored->account;
    if (entry.account.status == store::AccountStatus::kInactive) co_return serving_error(entry);
    const auto connector = services.registry.find(entry.account.connector_id);
    if (!connector) co_return back_off(entry, connector_missing(entry.account));
    if (stored->restored && renewal_of(services, entry.account) == manifest::Renewal::kRotating)
      co_return co_await refuse_restored(entry);
    std::vector<connector::Token> withdrawn;
    if (is_withdrawn(*stored)) withdrawn = std::exchange(input->tokens, {});
    const auto now = services.clock.unix_ms();
    StoredJournal journal(services,
                          {services.random.id("flow_"),
                           entry.project_id,
                           "refresh",
                           {},
                           entry.account.id,
                           entry.account.connector_id,
                           "{}",
                           {},
                           now,
                           now},
                          connector->manifest->version, StoredJournal::Row::kComesLast);
    connector::FlowPlan plan{.operation = connector::Operation::kRefresh,
                             .manifest = connector->manifest,
                             .host_values = host_values(*connector->manifest, *input),
                             .limits = {},
                             .cancel = nullptr,
                             .journal = &journal};
    auto for_flow = connector::copy_of(*input);
    const auto flow = services.flow_services(*connector, services.http_for(entry.account.id));
    auto outcome = co_await connector::drive_flow(flow, std::move(plan), std::move(for_flow));
    if (!outcome.done) {
      co_await order_revocation(entry, *input, std::move(outcome.minted), journal.flow_id());
      co_return co_await failed(entry, std::move(outcome.error));
    }
    co_return co_await keep(entry, *connector, std::move(*input), std::move(*outcome.done),
                            journal.flow_id(), std::move(withdrawn));
  }

  Task<Result<>> refuse_restored(Entry& entry) {
    PATCHBAY_CO_TRY(co_await require_reconnect(services, entry.account));
    PATCHBAY_CO_TRY(co_await adopt(entry));
    co_return make_error(ErrorCode::kConflict, "The account was reconnected meanwhile.");
  }

  Task<Result<>> keep(Entry& entry, const connector::Connector& connector,
                      connector::FlowInput input, connector::FlowDone done, std::string flow_id,
                      std::vector<connector::Token> withdrawn) {
    const auto now = services.clock.unix_ms();
    auto& account = entry.account;
    auto withdrawal = revoker.prepare({.project_id = entry.project_id,
                                       .account_id = account.id,
                                       .connector_id = account.connector_id,
                                       .reason = "restored",
                                       .input = &input,
                                       .tokens = std::move(withdrawn)});
    if (!withdrawal) co_return withdrawal.error();
    const bool withdraws = withdrawal->has_value();
    std::vector<connector::Token> minted;
    auto minted_at = entry.minted;
    for (const auto& token : done.tokens) {
      minted.push_back(token.copy());
      minted_at[token.name] = now;
    }
    merge_tokens(input.tokens, std::move(done.tokens));
    const bool secrets_changed = merge_secrets(input.secrets, std::move(done.secrets));

    store::CredentialChange change;
    change.account_id = account.id;
    change.expected_generation = account.generation;
    change.now_ms = now;
    change.next_refresh = plan_refresh(minted, now, options.refresh_share, services.random.unit());
    auto sealed = seal_tokens(services.vault, account, account.generation + 1, input.tokens, now);
    if (!sealed) co_return sealed.error();
    for (auto& row : *sealed)
      if (const auto at = minted_at.find(row.name); at != minted_at.end()) row.minted = at->second;
    change.tokens = std::move(*sealed);
    if (secrets_changed) {
      auto secrets = seal_secrets(services.vault, account, account.generation + 1, input.secrets);
      if (!secrets) co_return secrets.error();
      change.secrets = std::move(*secrets);
    }
    auto written = co_await services.store.transact(
        [change, flow_id, job = *std::move(withdrawal)](
            store::Database& db) -> Result<std::optional<store::Account>> {
          if (!flow_id.empty()) {
            PATCHBAY_TRY_ASSIGN(const bool ours, store::flows_table::take(db, flow_id));
            if (!ours) return make_error(ErrorCode::kConflict, "The refresh took too long.");
          }
          PATCHBAY_TRY(store::account_credentials::replace(db, change));
          if (job) PATCHBAY_TRY(store::revocations_table::enqueue(db, *job));
          return store::accounts_table::find_any(db, change.account_id);
        });
    // Perhaps the account holds these tokens now, which the next refresh finds out. Otherwise the
    // flow's row is still there, and its recovery revokes them.
    if (!written && written.error().code == ErrorCode::kOutcomeUnknown)
      co_return back_off(entry, written.error());
    if (!written || !*written) {
      // Lost to another change or to unlink, or the disk is full: a token that is not stored is
      // revoked rather than forgotten.
      co_await order_revocation(entry, input, std::move(minted), flow_id);
      if (written || written.error().code == ErrorCode::kNotFound)
        co_return make_error(ErrorCode::kNotFound, "The account was unlinked meanwhile.");
      if (written.error().code != ErrorCode::kConflict) co_return back_off(entry, written.error());
      co_return co_await adopt(entry);
    }
    if (withdraws) revoker.wake();
    account = std::move(**written);
    entry.tokens = std::move(input.tokens);
    entry.minted = std::move(minted_at);
    entry.refreshed = now;
    entry.failures = 0;
    entry.not_before = 0;
    log::info(
        "refresh", "done",
        {{"account", account.id}, {"connector", connector.id}, {"generation", account.generation}});
    co_return Result<>();
  }

  // Somebody else was first: what they stored is what is served.
  Task<Result<>> adopt(Entry& entry) {
    auto stored = co_await services.store.read(
        [project = entry.project_id, id = entry.account.id](store::Database& db) {
          return read_account(db, project, id);
        });
    if (!stored) co_return stored.error();
    auto input = open_input(services.vault, *stored);
    if (!input) co_return input.error();
    take_over(entry, std::move(*stored), std::move(*input));
    co_return serving_error(entry);
  }

  Task<> order_revocation(const Entry& entry, const connector::FlowInput& input,
                          std::vector<connector::Token> tokens, std::string flow_id) {
    co_await revoker.order({.project_id = entry.project_id,
                            .account_id = entry.account.id,
                            .connector_id = entry.account.connector_id,
                            .reason = "refresh_lost",
                            .input = &input,
                            .tokens = std::move(tokens),
                            .flow_id = std::move(flow_id)});
  }

  Error back_off(Entry& entry, Error error) {
    const auto doubled = options.first_back_off.count()
                         << std::min<std::int64_t>(entry.failures++, 20);
    auto wait = std::min<std::int64_t>(doubled, options.longest_back_off.count());
    wait += static_cast<std::int64_t>(services.random.unit() * 0.2 * static_cast<double>(wait));
    entry.not_before = services.clock.unix_ms() + std::max(wait, error.retry_after_ms);
    log::warning("refresh", "will_retry",
                 {{"account", entry.account.id},
                  {"code", to_string(error.code)},
                  {"error", error.message},
                  {"failures", entry.failures}});
    return error;
  }

  Task<Result<>> failed(Entry& entry, Error error) {
    if (!is_final(error.code)) {
      error = back_off(entry, std::move(error));
      (void)co_await services.store.transact(
          [id = entry.account.id, at = entry.not_before](store::Database& db) {
            return store::accounts_table::set_next_refresh(db, id, at);
          });
      co_return error;
    }
    const auto now = services.clock.unix_ms();
    log::warning("refresh", "refused",
                 {{"account", entry.account.id}, {"code", to_string(error.code)}});
    auto marked = co_await services.store.transact(
        [id = entry.account.id, generation = entry.account.generation, now,
         code = std::string(to_string(error.code)),
         text = error.message](store::Database& db) -> Result<std::optional<store::Account>> {
          PATCHBAY_TRY_ASSIGN(const bool changed, store::accounts_table::set_error(
                                                      db, id, generation, code, text, now));
          PATCHBAY_TRY_ASSIGN(auto account, store::accounts_table::find_any(db, id));
          if (changed && account) {
            PATCHBAY_TRY(
                store::events_table::append(db, account_event(*account, "account.error", now)));
          }
          return account;
        });
    if (marked && *marked) entry.account = std::move(**marked);
    co_return error;
  }

  // ---- loop 0 ----

  // An idle account is not refreshed again and again: its grant mints anew on demand.
  [[nodiscard]] bool worth_refreshing(const store::Account& account, std::int64_t minted,
                                      std::int64_t lifetime) const {
    const auto now = services.clock.unix_ms();
    return now - std::max(account.last_used, account.created) <= lifetime ||
           now - minted >= options.health_check.count();
  }

  Task<> refresh_if_worth_while(store::Account account) {
    auto entry = co_await load(account.project_id, account.id);
    if (!entry) co_return;
    // Whoever is not used since the last mint has its updated time there.
    std::int64_t lifetime = 0;
    for (const auto& token : (*entry)->tokens)
      lifetime = std::max(lifetime, token.expires_unix_ms - account.updated);
    const auto used = std::max(account.last_used, (*entry)->account.last_used);
    account.last_used = used;
    if (worth_refreshing(account, account.updated, lifetime)) {
      (void)co_await refresh_once(*entry);
      co_return;
    }
    (void)co_await services.store.transact(
        [id = account.id, at = account.updated + options.health_check.count()](
            store::Database& db) { return store::accounts_table::set_next_refresh(db, id, at); });
  }

  Task<> run_due() {
    auto due = co_await services.store.read([now = services.clock.unix_ms()](store::Database& db) {
      return store::accounts_table::list_due(db, now, kDueBatch);
    });
    if (!due) co_return;
    for (auto& account : *due) {
      const auto id = account.id;
      co_await on_loop_of(id, refresh_if_worth_while(std::move(account)));
    }
  }

  Task<> notice_changes() {
    const auto now = co_await services.store.read(
        [](store::Database& db) { return store::change_sequence_table::current(db); });
    if (!now || *now == sequence) co_return;
    const bool first = sequence < 0;
    sequence = *now;
    if (!first) co_await forget_all();
  }

  Task<> forget_all() {
    for (std::size_t i = 0; i < shards.size(); ++i)
      co_await net::run_on(services.loops.loop(i), outdate(shards[i]));
  }

  static Task<> outdate(Shard& shard) {
    ++shard.epoch;
    co_return;
  }

  Task<> drop(std::string account_id) {
    auto& entries = shard_of(account_id).entries;
    if (const auto found = entries.find(account_id); found != entries.end())
      found->second->epoch = 0;
    co_return;
  }

  static Task<> ticking(std::shared_ptr<Impl> self) {
    while (self->running) {
      co_await self->notice_changes();
      co_await self->run_due();
      if (!self->running) break;
      self->tick.expires_after(kTick);
      (void)co_await self->tick.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
};

TokenKeeper::TokenKeeper(const Services& services, Revoker& revoker, KeeperOptions options)
    : impl_(std::make_shared<Impl>(services, revoker, options)) {}
TokenKeeper::~TokenKeeper() = default;

Task<Result<AccessToken>> TokenKeeper::token(std::string project_id, std::string account_id,
                                             std::string token_name, std::int64_t min_validity_ms) {
  const auto impl = impl_;
  auto work =
      impl->token(std::move(project_id), account_id, std::move(token_name), min_validity_ms);
  co_return co_await impl->on_loop_of(account_id, std::move(work));
}

Task<Result<AccessToken>> TokenKeeper::replace_refused(std::string project_id,
                                                       std::string account_id,
                                                       std::string token_name,
                                                       SecretString refused) {
  const auto impl = impl_;
  auto work = impl->replace_refused(std::move(project_id), account_id, std::move(token_name),
                                    std::move(refused));
  co_return co_await impl->on_loop_of(account_id, std::move(work));
}

Task<Result<>> TokenKeeper::refresh(std::string project_id, std::string account_id) {
  const auto impl = impl_;
  auto work = impl->refresh(std::move(project_id), account_id);
  co_return co_await impl->on_loop_of(account_id, std::move(work));
}

Task<> TokenKeeper::forget(std::string account_id) {
  const auto impl = impl_;
  co_await impl->on_loop_of(account_id, impl->drop(account_id));
}

Task<> TokenKeeper::forget_all() {
  co_await impl_->forget_all();
}

void TokenKeeper::start() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = true;
    asio::co_spawn(impl->services.loops.loop(0), Impl::ticking(impl), asio::detached);
  });
}

void TokenKeeper::stop() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = false;
    impl->tick.cancel();
  });
}

}  // namespace patchbay::accounts
