#include "accounts/token_keeper.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "accounts/due_refreshes.h"
#include "accounts/refresher.h"
#include "accounts/revoker.h"
#include "accounts/token_memory.h"
#include "accounts/visiting_tokens.h"

namespace patchbay::accounts {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;

constexpr milliseconds kTick{1'000};
constexpr std::int64_t kUseRecordedEveryMs = 60'000;

AccessToken copy_of(const connector::Token& token, Entry& entry) {
  const auto copied = [&] {
    return AccessToken{token.name,   token.value.copy(), token.type, token.expires_unix_ms,
                       token.scopes, entry.read_at};
  };
  auto found = std::ranges::find_if(
      entry.shared, [&token](const auto& shared) { return shared->name == token.name; });
  if (found == entry.shared.end())
    found = entry.shared.insert(found, std::make_shared<const AccessToken>(copied()));
  AccessToken copy = copied();
  copy.shared = *found;
  return copy;
}

}  // namespace

struct TokenKeeper::Impl : std::enable_shared_from_this<Impl> {
  Impl(const Services& s, Revoker& r, KeeperOptions o)
      : services(s),
        options(o),
        memory(std::make_shared<TokenMemory>(s, options)),
        refresher(std::make_shared<Refresher>(s, r, memory, options)),
        due(s, *memory, *refresher, options),
        tick(s.loops.loop(0), std::chrono::steady_clock::time_point::max()) {
    for (std::size_t i = 0; i < s.loops.size(); ++i)
      visiting.emplace_back(options.held_accounts / s.loops.size() + 1);
  }

  const Services& services;
  const KeeperOptions options;
  const std::shared_ptr<TokenMemory> memory;
  const std::shared_ptr<Refresher> refresher;
  DueRefreshes due;
  std::deque<VisitingTokens> visiting;  // one a loop, which alone looks at it
  asio::steady_timer tick;              // loop 0
  bool running = false;                 // loop 0

  // The loop that this runs on; null for a thread that is none.
  [[nodiscard]] VisitingTokens* visiting_here() {
    for (std::size_t i = 0; i < visiting.size(); ++i)
      if (services.loops.loop(i).get_executor().running_in_this_thread()) return &visiting[i];
    return nullptr;
  }

  [[nodiscard]] bool is_at_home(std::string_view account_id) const {
    return services.loops.loop_for(account_id).get_executor().running_in_this_thread();
  }

  // On a loop that is not the account's.
  [[nodiscard]] std::optional<HeldToken> visitor(std::string_view project_id,
                                                 std::string_view account_id, std::string_view name,
                                                 std::int64_t min_validity_ms) {
    const auto* here = visiting_here();
    const auto since = services.clock.unix_ms() - kUseRecordedEveryMs;
    auto token = here == nullptr ? nullptr : here->find(project_id, account_id, name, since);
    if (token == nullptr || !services.instance.may_serve(token->read_at) ||
        !is_valid(token->expires_unix_ms, min_validity_ms))
      return std::nullopt;
    return HeldToken{token->name,   token->value,   token->type,     token->expires_unix_ms,
                     token->scopes, token->read_at, std::move(token)};
  }

  template <class T>
  Task<T> on_loop_of(const std::string& account_id, Task<T> work) {
    co_return co_await net::run_on(services.loops.loop_for(account_id), std::move(work));
  }

  // ---- all below runs on the account's loop ----

  static const connector::Token* find(const Entry& entry, std::string_view name) {
    for (const auto& token : entry.tokens)
      if (token.name == name) return &token;
    return nullptr;
  }

  [[nodiscard]] Result<std::string> usual_name(const store::Account& account) const {
    const auto connector = services.registry.find(account.connector_id);
    const auto* method =
        connector ? connector->manifest->find_auth_method(account.auth_method) : nullptr;
    if (method == nullptr || method->tokens.empty())
      return make_error(ErrorCode::kConfiguration,
                        "Which token is meant can't be told at the moment. Name it.", "name");
    return method->tokens.front().name;
  }

  [[nodiscard]] bool is_valid(std::int64_t expires_unix_ms, std::int64_t for_ms) const {
    return expires_unix_ms == 0 || expires_unix_ms - services.clock.unix_ms() > for_ms;
  }
  [[nodiscard]] bool is_valid(const connector::Token& token, std::int64_t for_ms) const {
    return is_valid(token.expires_unix_ms, for_ms);
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
                                  std::int64_t min_validity_ms, UsedBy by) {
    auto entry = co_await memory->load(std::move(project_id), account_id);
    if (!entry) co_return entry.error();
    PATCHBAY_CO_TRY(TokenMemory::serving_error(**entry));
    if (by == UsedBy::kOthers) co_await note_use(**entry);
    PATCHBAY_CO_TRY(TokenMemory::serving_error(**entry));  // it may have been read again meanwhile
    if (name.empty()) {
      PATCHBAY_CO_TRY_ASSIGN(name, usual_name((*entry)->account));
    }
    const auto* held = find(**entry, name);
    if (held != nullptr && is_valid(*held, min_validity_ms)) co_return copy_of(*held, **entry);
    Result<> refreshed;
    // A second time where what another instance had stored was taken over, and has run out since.
    for (int i = 0; i < 2 && refreshed && !is_vain(**entry, name, held, min_validity_ms); ++i) {
      refreshed = co_await refresher->refresh(*entry, false);
      PATCHBAY_CO_TRY(TokenMemory::serving_error(**entry));
      held = find(**entry, name);
      if (held != nullptr && is_valid(*held, 0)) break;
    }
    if (held != nullptr && is_valid(*held, 0)) co_return copy_of(*held, **entry);
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
    auto entry = co_await memory->load(std::move(project_id), account_id);
    if (!entry) co_return entry.error();
    PATCHBAY_CO_TRY(TokenMemory::serving_error(**entry));
    const auto* held = find(**entry, name);
    const bool is_refused = held == nullptr || held->value.equals(refused.reveal());
    if (is_refused && !is_brand_new(**entry, name)) {
      PATCHBAY_CO_TRY(co_await refresher->refresh(*entry, true));
      PATCHBAY_CO_TRY(TokenMemory::serving_error(**entry));
      held = find(**entry, name);
    }
    if (held == nullptr)
      co_return make_error(ErrorCode::kNotFound, "The account has no token named " + name + ".");
    co_return copy_of(*held, **entry);
  }

  Task<Result<>> refresh(std::string project_id, std::string account_id) {
    auto entry = co_await memory->load(std::move(project_id), std::move(account_id));
    if (!entry) co_return entry.error();
    if ((*entry)->account.status == store::AccountStatus::kInactive)
      co_return TokenMemory::serving_error(**entry);
    co_return co_await refresher->refresh(*entry, true);
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

  Task<> forget(std::string account_id) {
    memory->forget(account_id);
    co_return;
  }

  // ---- loop 0 ----

  static Task<> ticking(std::shared_ptr<Impl> self) {
    while (self->running) {
      co_await self->due.run();
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
                                             std::string token_name, std::int64_t min_validity_ms,
                                             UsedBy by) {
  const auto impl = impl_;
  auto work = impl->token(project_id, account_id, std::move(token_name), min_validity_ms, by);
  auto token = co_await impl->on_loop_of(account_id, std::move(work));
  if (!token || by != UsedBy::kOthers || impl->is_at_home(account_id)) co_return token;
  if (auto* here = impl->visiting_here())
    here->keep(project_id, account_id, *token, impl->services.clock.unix_ms());
  co_return token;
}

std::optional<HeldToken> TokenKeeper::held(std::string_view project_id, std::string_view account_id,
                                           std::string_view token_name,
                                           std::int64_t min_validity_ms) {
  if (!impl_->is_at_home(account_id))
    return impl_->visitor(project_id, account_id, token_name, min_validity_ms);
  const auto& services = impl_->services;
  Entry* entry = impl_->memory->find(project_id, account_id);
  if (entry == nullptr) return std::nullopt;
  const auto* token = Impl::find(*entry, token_name);
  if (token == nullptr || !impl_->is_valid(*token, min_validity_ms)) return std::nullopt;
  const auto now = services.clock.unix_ms();
  if (now - entry->use_recorded >= kUseRecordedEveryMs) return std::nullopt;
  entry->account.last_used = now;
  return HeldToken{token->name,   token->value,  token->type, token->expires_unix_ms,
                   token->scopes, entry->read_at};
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
  co_await impl->on_loop_of(account_id, impl->forget(account_id));
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
    impl->due.stop();
    impl->tick.cancel();
  });
}

}  // namespace patchbay::accounts
