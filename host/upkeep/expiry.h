#pragma once
// Removes rows whose time is over, once a minute: answers kept for idempotency keys, the log of
// requests, connect links nobody can use any more, events of providers and URLs they were sent to,
// and, if it is wanted, events of accounts, some at a time.
// Several instances may do it at once.
#include <cstdint>

#include "base/clock.h"
#include "net/loops.h"
#include "store/store.h"
#include "upkeep/ticker.h"

namespace patchbay::upkeep {

struct KeptFor {
  std::int64_t request_logs_ms = 30LL * 24 * 3'600'000;
  std::int64_t idempotency_ms = 24 * 3'600'000LL;
  // After they have expired: so long their page says so.
  std::int64_t connect_sessions_ms = 30LL * 24 * 3'600'000;
  std::int64_t provider_events_ms = 30LL * 24 * 3'600'000;
  std::int64_t account_events_ms = 0;  // 0: for ever
  // After they have ended: so long a restored backup learns that they have.
  std::int64_t inbound_urls_ms = 365LL * 24 * 3'600'000;
};

class Expiry {
 public:
  // All of these outlive it.
  Expiry(net::LoopPool& loops, store::Store& store, const Clock& clock, KeptFor kept);

  void start() { ticker_.start(); }
  void stop() { ticker_.stop(); }

  // For other times from now on. On loop 0.
  void keep(const KeptFor& kept) { kept_ = kept; }

  net::Task<> run_once();

  static constexpr std::int64_t kEventsAtOnce = 2'000;

 private:
  net::Task<Result<std::int64_t>> remove_account_events();

  store::Store& store_;
  const Clock& clock_;
  KeptFor kept_;
  std::int64_t events_done_ = 0;  // account_events::prune goes on there
  Ticker ticker_;
};

}  // namespace patchbay::upkeep
