#include "accounts/restored_accounts.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "accounts/account_events.h"
#include "base/log.h"
#include "store/restored_accounts_table.h"

namespace patchbay::accounts {
namespace {

namespace asio = net::asio;
using manifest::Renewal;

constexpr std::chrono::milliseconds kLookEvery{60'000};
constexpr std::int64_t kBatch = 100;

constexpr const char* kReasonCode = "reconnect_needed";
constexpr const char* kReasonText =
    "This account came back from a backup. Its refresh token has been used since, so it has to be "
    "reconnected.";

}  // namespace

std::optional<Renewal> renewal_of(const Services& services, const store::Account& account) {
  const auto connector = services.registry.find(account.connector_id);
  if (!connector) return std::nullopt;
  const auto* method = connector->manifest->find_auth_method(account.auth_method);
  return method == nullptr ? std::nullopt : std::optional(method->renewal);
}

Task<Result<>> require_reconnect(const Services& services, const store::Account& account) {
  const auto now = services.clock.unix_ms();
  co_return co_await services.store.transact(
      [now, id = account.id, generation = account.generation](store::Database& db) -> Result<> {
        PATCHBAY_TRY_ASSIGN(
            const bool changed,
            store::accounts_table::set_error(db, id, generation, kReasonCode, kReasonText, now));
        if (!changed) return {};
        PATCHBAY_TRY_ASSIGN(const auto marked, store::accounts_table::find_any(db, id));
        if (!marked) return {};
        PATCHBAY_TRY(store::events_table::append(db, account_event(*marked, "account.error", now)));
        return {};
      });
}

struct RestoredAccounts::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(const Services& s)
      : services(s), timer(s.loops.loop(0), std::chrono::steady_clock::time_point::max()) {}

  const Services& services;
  asio::steady_timer timer;  // loop 0
  bool running = false;      // loop 0

  Task<Result<Settled>> settle() {
    Settled settled;
    std::string last;
    while (true) {
      auto accounts = co_await services.store.read([last](store::Database& db) {
        return store::restored_accounts_table::list_active(db, last, kBatch);
      });
      if (!accounts) co_return accounts.error();
      if (accounts->empty()) co_return settled;
      last = accounts->back().id;
      for (const auto& account : *accounts) {
        const auto renewal = renewal_of(services, account);
        if (!renewal) ++settled.waiting;
        if (renewal != Renewal::kRotating) continue;
        PATCHBAY_CO_TRY(co_await require_reconnect(services, account));
        ++settled.reconnect_needed;
      }
    }
  }

  static Task<> loop(std::shared_ptr<Impl> self) {
    while (self->running) {
      const auto settled = co_await self->settle();
      if (!settled) {
        log::error("restore", "store", {{"error", settled.error().message}});
      } else {
        if (settled->reconnect_needed > 0)
          log::warning("restore", "accounts_need_reconnect",
                       {{"accounts", static_cast<std::int64_t>(settled->reconnect_needed)}});
        if (settled->waiting == 0) co_return;
      }
      if (!self->running) co_return;
      self->timer.expires_after(kLookEvery);
      (void)co_await self->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
};

RestoredAccounts::RestoredAccounts(const Services& services)
    : impl_(std::make_shared<Impl>(services)) {}
RestoredAccounts::~RestoredAccounts() = default;

void RestoredAccounts::start() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = true;
    asio::co_spawn(impl->services.loops.loop(0), Impl::loop(impl), asio::detached);
  });
}

void RestoredAccounts::stop() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = false;
    impl->timer.cancel();
  });
}

Task<Result<RestoredAccounts::Settled>> RestoredAccounts::settle() {
  co_return co_await net::run_on(impl_->services.loops.loop(0), impl_->settle());
}

}  // namespace patchbay::accounts
