#include "accounts/flow_recovery.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "accounts/credentials.h"
#include "accounts/link_attempt.h"
#include "accounts/restored_accounts.h"
#include "accounts/revoker.h"
#include "accounts/shared_authorization.h"
#include "accounts/stored_journal.h"
#include "base/log.h"
#include "base/planted_bug.h"
#include "connector/flow_transcript.h"
#include "store/flows_table.h"
#include "store/refresh_leases_table.h"

namespace patchbay::accounts {
namespace {

namespace asio = net::asio;

constexpr std::chrono::milliseconds kLookEvery{60'000};
// A flow's deadline, and as much again for what comes after it: cancelling, waiting for the store.
constexpr std::int64_t kUntouchedMs = 2 * connector::FlowLimits{}.total.count();
constexpr std::int64_t kGiveUpMs = 48 * 3'600'000LL;
constexpr std::int64_t kMostDoublings = 6;

}  // namespace

struct FlowRecovery::Impl : std::enable_shared_from_this<Impl> {
  Impl(const Services& s, Revoker& r)
      : services(s),
        revoker(r),
        timer(s.loops.loop(0), std::chrono::steady_clock::time_point::max()) {}

  const Services& services;
  Revoker& revoker;
  asio::steady_timer timer;  // loop 0
  bool running = false;      // loop 0

  // Removes the row, and orders the revocation, unless somebody else removed it, or went on with
  // it: this process may have been frozen since it read the row, and what was minted meanwhile
  // stands in the row alone. A refresh whose process was frozen finds its turn over, and stores
  // nothing of what is revoked.
  Task<Result<>> end(const store::Flow& flow, std::optional<store::Revocation> job) {
    co_return co_await services.store.transact([flow, job](store::Database& db) -> Result<> {
      PATCHBAY_TRY_ASSIGN(const bool ours, store::flows_table::take_unchanged(db, flow));
      const auto turn = flow_state_from_json(flow.state).turn;
      if (ours && turn != 0 && !PATCHBAY_PLANTED_BUG(11))
        PATCHBAY_TRY(store::refresh_leases_table::end_turn(db, flow.account_id, turn));
      if (ours && job && !PATCHBAY_PLANTED_BUG(10))
        PATCHBAY_TRY(store::revocations_table::enqueue(db, *job));
      return {};
    });
  }

  // What the account has by now, and must keep.
  struct Held {
    std::vector<connector::Token> tokens;
    bool rotates = false;  // and is in use: revoking one token of its grant may end them all
  };
  Task<Result<Held>> held(const store::Flow& flow) {
    if (flow.account_id.empty()) co_return Held();
    auto stored = co_await services.store.read(
        [project = flow.project_id, id = flow.account_id](store::Database& db) {
          return read_account(db, project, id);
        });
    if (!stored && stored.error().code == ErrorCode::kNotFound) co_return Held();
    if (!stored) co_return stored.error();
    auto input = open_input(services.vault, *stored);
    if (!input) co_return input.error();
    const auto& account = stored->account;
    co_return Held{std::move(input->tokens),
                   account.status == store::AccountStatus::kActive &&
                       renewal_of(services, account) == manifest::Renewal::kRotating};
  }

  // Whether there is an account that the tokens of this flow were to be for.
  Task<Result<bool>> has_account(store::Flow flow) {
    co_return co_await services.store.read([flow](store::Database& db) -> Result<bool> {
      store::ConnectSession session;
      session.project_id = flow.project_id;
      session.account_id = flow.account_id;
      session.multiple = true;  // a refresh has no session
      PATCHBAY_TRY_ASSIGN(
          auto found, store::connect_sessions_table::find(db, flow.project_id, flow.session_id));
      if (found) session = *std::move(found);
      const auto account = account_to_replace(db, session, flow.connector_id);
      if (account) return account->has_value();
      if (account.error().code == ErrorCode::kNotFound) return false;
      return account.error();
    });
  }

  Task<Result<std::vector<connector::Token>>> replay(const store::Flow& flow,
                                                     const connector::Transcript& transcript) {
    const auto connector = services.registry.find(flow.connector_id);
    if (!connector)
      co_return make_error(ErrorCode::kUnavailable,
                           "connector " + flow.connector_id + " is not there or not ready");
    auto minted = co_await connector::replay_and_cancel(*connector->runtime, transcript);
    if (!minted) co_return minted.error();
    const auto version = flow_state_from_json(flow.state).connector_version;
    if (minted->empty() && version != connector->manifest->version)
      co_return make_error(ErrorCode::kConnector, "the connector is of version " +
                                                      connector->manifest->version +
                                                      ", the flow of " + version);
    co_return minted;
  }

  Task<Result<>> recover(const store::Flow& flow) {
    if (flow.sealed.empty()) co_return co_await end(flow, {});
    auto text = services.vault.open(flow.sealed, transcript_place(flow));
    if (!text) co_return text.error();
    auto transcript = connector::transcript_from_json(text->reveal());
    if (!transcript) co_return transcript.error();
    auto minted = co_await replay(flow, *transcript);
    if (!minted) co_return minted.error();
    auto keep = co_await held(flow);
    if (!keep) co_return keep.error();
    const auto lives_on = co_await has_account(flow);
    if (!lives_on) co_return lives_on.error();
    if (keep->rotates && flow.kind == "refresh") minted->clear();
    std::erase_if(*minted, [&](const connector::Token& token) {
      return std::any_of(
          keep->tokens.begin(), keep->tokens.end(),
          [&](const connector::Token& other) { return other.value.equals(token.value.reveal()); });
    });
    log::info("recovery", "flow_ended",
              {{"flow", flow.id},
               {"kind", flow.kind},
               {"connector", flow.connector_id},
               {"tokens", static_cast<std::int64_t>(minted->size())}});
    RevocationOrder order{.project_id = flow.project_id,
                          .account_id = flow.account_id,
                          .connector_id = flow.connector_id,
                          .reason = flow.kind + "_interrupted",
                          .input = &transcript->input,
                          .tokens = std::move(*minted)};
    if (*lives_on) leave_shared_tokens(services, order);
    auto job = revoker.prepare(order);
    if (!job) co_return job.error();
    PATCHBAY_CO_TRY(co_await end(flow, std::move(*job)));
    revoker.wake();
    co_return Result<>();
  }

  // True when it is ended.
  Task<bool> work(const store::Flow& flow) {
    const auto now = services.clock.unix_ms();
    auto state = flow_state_from_json(flow.state);
    if (state.kept_until != 0)  // nothing of it is under way
      co_return now >= state.kept_until && (co_await end(flow, {})).has_value();
    if (now - flow.created >= kGiveUpMs) {
      log::error("recovery", "given_up", {{"flow", flow.id}, {"connector", flow.connector_id}});
      co_return (co_await end(flow, {})).has_value();
    }
    // Whoever took it up at the last moment is done by then.
    if (state.waits_until != 0 && now - state.waits_until < kUntouchedMs &&
        !PATCHBAY_PLANTED_BUG(20))
      co_return false;
    const auto doublings = std::clamp<std::int64_t>(state.tries, 0, kMostDoublings);
    if (now - flow.updated < kUntouchedMs << doublings) co_return false;
    const auto recovered = co_await recover(flow);
    if (recovered) co_return true;
    log::warning("recovery", "will_retry",
                 {{"flow", flow.id},
                  {"kind", flow.kind},
                  {"connector", flow.connector_id},
                  {"error", recovered.error().message}});
    // A connector that is missing costs nothing to ask for; all else is asked for more and more
    // rarely, because replaying may cost the connector its worker.
    if (recovered.error().code == ErrorCode::kUnavailable) co_return false;
    ++state.tries;
    (void)co_await services.store.transact([flow, text = to_json(state), now](store::Database& db) {
      return store::flows_table::change_state(db, flow.id, flow.state, text, now);
    });
    co_return false;
  }

  Task<Result<std::size_t>> run_due() {
    auto flows = co_await services.store.read(
        [before = services.clock.unix_ms() - kUntouchedMs](store::Database& db) {
          return store::flows_table::untouched_since(db, before);
        });
    if (!flows) co_return flows.error();
    std::size_t ended = 0;
    for (const auto& flow : *flows)
      if (co_await work(flow)) ++ended;
    co_return ended;
  }

  static Task<> loop(std::shared_ptr<Impl> self) {
    while (self->running) {
      const auto done = co_await self->run_due();
      if (!done) log::error("recovery", "store", {{"error", done.error().message}});
      if (!self->running) break;
      self->timer.expires_after(kLookEvery);
      (void)co_await self->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
};

FlowRecovery::FlowRecovery(const Services& services, Revoker& revoker)
    : impl_(std::make_shared<Impl>(services, revoker)) {}
FlowRecovery::~FlowRecovery() = default;

void FlowRecovery::start() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = true;
    asio::co_spawn(impl->services.loops.loop(0), Impl::loop(impl), asio::detached);
  });
}

void FlowRecovery::stop() {
  asio::post(impl_->services.loops.loop(0), [impl = impl_] {
    impl->running = false;
    impl->timer.cancel();
  });
}

Task<Result<std::size_t>> FlowRecovery::run_due() {
  co_return co_await net::run_on(impl_->services.loops.loop(0), impl_->run_due());
}

}  // namespace patchbay::accounts
