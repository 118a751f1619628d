#include "upkeep/expiry.h"

#include "base/log.h"
#include "store/account_events.h"
#include "store/connect_sessions_table.h"
#include "store/idempotency_table.h"
#include "store/inbound_urls_table.h"
#include "store/provider_events_table.h"
#include "store/request_logs_table.h"

namespace patchbay::upkeep {
namespace {

using namespace std::chrono_literals;

Result<std::int64_t> remove_expired(store::Database& db, const KeptFor& kept, std::int64_t now) {
  PATCHBAY_TRY_ASSIGN(const auto answers,
                      store::idempotency_table::prune(db, now - kept.idempotency_ms));
  PATCHBAY_TRY_ASSIGN(const auto requests,
                      store::request_logs_table::prune(db, now - kept.request_logs_ms));
  PATCHBAY_TRY_ASSIGN(const auto links, store::connect_sessions_table::remove_expired(
                                            db, now - kept.connect_sessions_ms));
  PATCHBAY_TRY_ASSIGN(const auto events,
                      store::provider_events_table::prune(db, now - kept.provider_events_ms));
  PATCHBAY_TRY_ASSIGN(const auto urls,
                      store::inbound_urls_table::prune(db, now - kept.inbound_urls_ms));
  return answers + requests + links + events + urls;
}

}  // namespace

Expiry::Expiry(net::LoopPool& loops, store::Store& store, const Clock& clock, KeptFor kept)
    : store_(store),
      clock_(clock),
      kept_(kept),
      ticker_(loops, 1min, [this] { return run_once(); }) {}

net::Task<Result<std::int64_t>> Expiry::remove_account_events() {
  if (kept_.account_events_ms == 0) co_return 0;
  const auto before = clock_.unix_ms() - kept_.account_events_ms;
  PATCHBAY_CO_TRY_ASSIGN(
      const auto pruned,
      co_await store_.transact([before, after = events_done_](store::Database& db) {
        return store::account_events::prune(db, before, after, kEventsAtOnce);
      }));
  events_done_ = pruned.next;
  co_return pruned.removed;
}

net::Task<> Expiry::run_once() {
  auto removed =
      co_await store_.transact([kept = kept_, now = clock_.unix_ms()](store::Database& db) {
        return remove_expired(db, kept, now);
      });
  if (removed) {
    const auto events = co_await remove_account_events();
    removed = events ? Result<std::int64_t>(*removed + *events) : events;
  }
  if (!removed)
    log::warning("store", "expired_rows_stay", {{"error", removed.error().message}});
  else if (*removed > 0)
    log::info("store", "expired_rows_removed", {{"rows", *removed}});
}

}  // namespace patchbay::upkeep
