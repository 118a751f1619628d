#include "instances/instance.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "base/log.h"
#include "base/planted_bug.h"
#include "instances/process_mark.h"
#include "store/change_sequence_table.h"
#include "upkeep/ticker.h"

namespace patchbay::instances {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{500};
constexpr milliseconds kServesFor{2'000};
// And so much longer for clocks that run at other speeds, and from the last check to the write.
constexpr milliseconds kDrift{100};
constexpr milliseconds kBeatEvery{10'000};
constexpr milliseconds kBeatOfHolders{1'000};
constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{200};

struct Seen {
  std::int64_t sequence = 0;
  std::vector<store::InstanceRow> rows;
};

Result<Seen> read_all(store::Database& db) {
  Seen seen;
  PATCHBAY_TRY_ASSIGN(seen.sequence, store::change_sequence_table::current(db));
  PATCHBAY_TRY_ASSIGN(seen.rows, store::instances_table::list(db));
  return seen;
}

Error can_not_tell() {
  auto error = make_error(ErrorCode::kStorage,
                          "The hub can't ask its database whether access was taken away, so it "
                          "serves nothing. Try again in a moment; its operator finds the reason in "
                          "the log.");
  error.retry_after_ms = 1'000;
  return error;
}

Task<> pause(milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace

struct Instance::Impl : std::enable_shared_from_this<Impl> {
  Impl(net::LoopPool& pool, store::Store& db, const Clock& time, Random& random)
      : loops(pool),
        store(db),
        clock(time),
        presence(time, random.id("ins_"), mark_of_this_process()),
        beat_timer(pool.loop(0)) {}

  net::LoopPool& loops;
  store::Store& store;
  const Clock& clock;
  Presence presence;

  // The sequence first, then when its reading began: whoever sees the second sees the first.
  std::atomic<std::int64_t> sequence{-1};
  std::atomic<std::int64_t> read_began{-kServesFor.count()};
  // The own row was the only one then. Nobody takes it away, so that it need not be written again:
  // on a full disk, what is in memory goes on being served.
  std::atomic<std::int64_t> alone_at{-kServesFor.count()};
  std::atomic<int> holds{0};
  std::atomic<bool> was_written{false};

  // ---- loop 0 ----
  std::int64_t reported = -1;  // the sequence in the own row
  std::shared_ptr<asio::steady_timer> looking;
  Result<> last_look;
  std::string last_complaint;
  asio::steady_timer beat_timer;
  bool beating = false;
  bool stopped = false;

  [[nodiscard]] bool is_recent(const std::atomic<std::int64_t>& uptime) const {
    return clock.uptime_ms() - uptime.load() < kServesFor.count();
  }
  // Whoever waits for all instances sees this one's row.
  [[nodiscard]] bool is_known() const { return presence.is_known() || is_recent(alone_at); }
  [[nodiscard]] bool has_lease() const {
    return (is_recent(read_began) || PATCHBAY_PLANTED_BUG(15)) && is_known();
  }

  void raise(std::int64_t to) {
    auto before = sequence.load();
    while (before < to && !sequence.compare_exchange_weak(before, to)) {
    }
  }

  [[nodiscard]] bool beat_is_due() const {
    const auto every = holds.load() > 0 ? kBeatOfHolders : kBeatEvery;
    return presence.since_beat_ms() >= every.count();
  }

  Task<Result<>> write_row(std::int64_t seen) {
    const auto began = clock.uptime_ms();
    auto written = co_await store.transact([row = presence.row(seen)](store::Database& db) {
      return store::instances_table::beat(db, row);
    });
    if (!written) co_return written;
    presence.wrote(began);
    was_written = true;
    reported = seen;
    co_return written;
  }

  Task<> clear_away(std::vector<DeadAt> gone) {
    (void)co_await store.transact([gone = std::move(gone)](store::Database& db) -> Result<> {
      for (const auto& one : gone)
        PATCHBAY_TRY(store::instances_table::remove(db, one.id, one.beat));
      return {};
    });
  }

  Task<Result<>> look_alone() {
    const auto began = clock.uptime_ms();
    auto seen = co_await store.read(read_all);
    if (!seen) co_return seen.error();
    raise(seen->sequence);
    read_began = began;
    presence.saw(seen->rows);
    const bool is_there = std::any_of(seen->rows.begin(), seen->rows.end(),
                                      [&](const auto& row) { return row.id == presence.id(); });
    if (is_there && seen->rows.size() == 1) alone_at = began;
    if (seen->sequence != reported || !is_there || beat_is_due()) {
      const auto written = co_await write_row(seen->sequence);
      if (!written && !is_known()) co_return written.error();
    }
    if (auto gone = presence.long_gone(); !gone.empty()) co_await clear_away(std::move(gone));
    co_return Result<>();
  }

  // In a coroutine of its own: it ends even when whoever asked for it is cancelled.
  static Task<> fly(std::shared_ptr<Impl> self) {
    Result<> looked = make_error(ErrorCode::kInternal, "looking ended unexpectedly");
    try {
      looked = co_await self->look_alone();
    } catch (const std::exception& e) {
      log::error("instance", "exception", {{"what", e.what()}});
    }
    const std::string complaint = looked ? std::string() : looked.error().message;
    if (!complaint.empty() && complaint != self->last_complaint)
      log::error("instance", "serves_nothing", {{"error", complaint}});
    self->last_complaint = complaint;
    self->last_look = std::move(looked);
    std::exchange(self->looking, nullptr)->cancel();
  }

  // Joins a look under way, or makes one.
  static Task<Result<>> look(std::shared_ptr<Impl> self) {
    auto flight = self->looking;
    if (!flight) {
      flight = std::make_shared<asio::steady_timer>(self->loops.loop(0),
                                                    std::chrono::steady_clock::time_point::max());
      self->looking = flight;
      asio::co_spawn(self->loops.loop(0), fly(self), asio::detached);
    }
    while (self->looking == flight)
      (void)co_await flight->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return self->last_look;
  }

  static Task<> beat_while_held(std::shared_ptr<Impl> self) {
    while (self->holds.load() > 0 && !self->stopped) {
      self->beat_timer.expires_after(kBeatOfHolders);
      (void)co_await self->beat_timer.async_wait(asio::as_tuple(asio::use_awaitable));
      if (self->holds.load() > 0 && !self->stopped) (void)co_await look(self);
    }
    self->beating = false;
  }

  void begin_beating() {
    asio::post(loops.loop(0), [self = shared_from_this()] {
      if (std::exchange(self->beating, true)) return;
      asio::co_spawn(self->loops.loop(0), beat_while_held(self), asio::detached);
    });
  }

  // All others have seen it, or are known to have ended. False when it can't be read.
  Task<bool> all_have_seen(std::int64_t change) {
    const auto rows = co_await store.read(store::instances_table::list);
    if (!rows) co_return false;
    co_return std::all_of(rows->begin(), rows->end(), [&](const store::InstanceRow& row) {
      return row.id == presence.id() || row.sequence >= change || has_ended(row.process);
    });
  }

  std::unique_ptr<upkeep::Ticker> ticker;
};

Instance::Hold::Hold(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {
  if (impl_->holds.fetch_add(1) == 0) impl_->begin_beating();
}

Instance::Hold::~Hold() {
  if (impl_) --impl_->holds;
}

Instance::Instance(net::LoopPool& loops, store::Store& store, const Clock& clock, Random& random)
    : impl_(std::make_shared<Impl>(loops, store, clock, random)) {
  impl_->ticker = std::make_unique<upkeep::Ticker>(loops, kLookEvery,
                                                   [weak = std::weak_ptr(impl_)]() -> Task<> {
                                                     if (const auto impl = weak.lock())
                                                       (void)co_await Impl::look(impl);
                                                   });
}
Instance::~Instance() = default;

Task<Result<std::int64_t>> Instance::sequence() {
  const auto impl = impl_;
  // One that had begun long ago may have ended just now.
  for (int i = 0; i < 2 && !impl->has_lease(); ++i) {
    const auto looked = co_await net::run_on(impl->loops.loop(0), Impl::look(impl));
    if (!looked) co_return can_not_tell();
  }
  if (!impl->has_lease()) co_return can_not_tell();
  co_return impl->sequence.load();
}

bool Instance::may_serve(std::int64_t read_at) const {
  return impl_->has_lease() && read_at >= impl_->sequence.load();
}

Task<> Instance::until_all_have_seen(std::int64_t sequence) {
  const auto impl = impl_;
  impl->raise(sequence);
  const auto end = impl->clock.uptime_ms() + (kServesFor + kDrift).count();
  for (auto wait = kFirstPause;; wait = std::min(2 * wait, kLongestPause)) {
    if (co_await impl->all_have_seen(sequence)) co_return;
    const auto left = end - impl->clock.uptime_ms();
    if (left <= 0) co_return;
    co_await pause(std::min(wait, milliseconds(left)));
  }
}

const std::string& Instance::id() const {
  return impl_->presence.id();
}

Presence& Instance::presence() {
  return impl_->presence;
}

Task<Result<>> Instance::look() {
  const auto impl = impl_;
  co_return co_await net::run_on(impl->loops.loop(0), Impl::look(impl));
}

Instance::Hold Instance::hold() {
  return Hold(impl_);
}

void Instance::start() {
  impl_->ticker->start();
}

void Instance::stop() {
  impl_->ticker->stop();
  asio::post(impl_->loops.loop(0), [impl = impl_] {
    impl->stopped = true;
    impl->beat_timer.cancel();
  });
}

void Instance::leave() {
  if (!impl_->was_written.load()) return;
  (void)impl_->store.transact_blocking(
      [&](store::Database& db) { return store::instances_table::leave(db, impl_->presence.id()); });
}

}  // namespace patchbay::instances
