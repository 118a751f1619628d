#include "accounts/stored_journal.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "base/json.h"
#include "base/log.h"
#include "base/planted_bug.h"

namespace patchbay::accounts {

std::string to_json(const FlowState& state) {
  json::Writer out;
  return out.begin_object()
      .member("connector_version", state.connector_version)
      .member("answers", state.answers)
      .member("tries", state.tries)
      .member("turn", state.turn)
      .member("waits_until", state.waits_until)
      .member("kept_until", state.kept_until)
      .end_object()
      .take();
}

FlowState flow_state_from_json(std::string_view json) {
  FlowState state;
  const auto document = json::Document::parse(json);
  if (!document) return state;
  const auto root = document->root();
  state.connector_version = root.get("connector_version").string_or("");
  state.answers = root.get("answers").integer_or(0);
  state.tries = root.get("tries").integer_or(0);
  state.turn = root.get("turn").integer_or(0);
  state.waits_until = root.get("waits_until").integer_or(0);
  state.kept_until = root.get("kept_until").integer_or(0);
  return state;
}

vault::Place transcript_place(const store::Flow& flow) {
  return {store::kFlowsTable, flow.project_id, flow.id, "sealed", 0};
}

Task<> StoredJournal::keep(SecretString transcript) {
  if (PATCHBAY_PLANTED_BUG(1)) co_return;
  const auto kept = is_there_ ? co_await go_on(transcript) : co_await begin(transcript);
  if (!kept)
    log::warning("flow", "transcript_not_kept",
                 {{"flow", row_.id}, {"error", kept.error().message}});
}

// An error where it is too large, too: what was kept before stays, and names the tokens up to
// there.
Result<store::Flow> StoredJournal::sealed(store::Flow row, const SecretString& transcript) {
  PATCHBAY_TRY_ASSIGN(row.sealed, services_.vault.seal(transcript, transcript_place(row)));
  row.state = to_json(state_);
  row.updated = services_.clock.unix_ms();
  return row;
}

Task<Result<>> StoredJournal::begin(const SecretString& transcript) {
  ++state_.answers;
  PATCHBAY_CO_TRY_ASSIGN(auto row, sealed(row_, transcript));
  is_there_ = true;  // for the next answer, which may come before the database has answered
  const auto written = co_await services_.store.transact(
      [row](store::Database& db) { return store::flows_table::insert(db, row); });
  if (!written) {
    is_there_ = false;
    // Perhaps there is one of this id now, which names less than what comes next.
    if (written.error().code == ErrorCode::kOutcomeUnknown) row_.id = services_.random.id("flow_");
    unwritten_ = Unwritten{std::move(row), true};
    co_return written.error();
  }
  flow_id_ = std::move(row.id);
  unwritten_.reset();
  co_return Result<>();
}

Task<Result<>> StoredJournal::go_on(const SecretString& transcript) {
  ++state_.answers;
  PATCHBAY_CO_TRY_ASSIGN(auto row, sealed(row_, transcript));
  auto apart = row_;
  apart.id = services_.random.id("flow_");
  apart.session_id.clear();
  PATCHBAY_CO_TRY_ASSIGN(apart, sealed(std::move(apart), transcript));
  const auto ended =
      co_await services_.store.transact([row, apart](store::Database& db) -> Result<bool> {
        const auto updated =
            store::flows_table::update(db, row.id, row.state, row.sealed, row.updated);
        if (updated) return false;
        if (updated.error().code != ErrorCode::kNotFound) return updated.error();
        // Whoever ended the flow knows nothing of this answer. Or the first row was not written.
        PATCHBAY_TRY(store::flows_table::insert(db, apart));
        return true;
      });
  if (!ended) {
    unwritten_ = Unwritten{is_there_ ? std::move(row) : std::move(apart), !is_there_};
    co_return ended.error();
  }
  row_ = *ended ? std::move(apart) : std::move(row);
  is_there_ = true;
  if (flow_id_.empty()) flow_id_ = row_.id;
  unwritten_.reset();
  co_return Result<>();
}

namespace {

namespace asio = net::asio;

Result<> write(store::Database& db, const StoredJournal::Unwritten& left) {
  const auto& row = left.row;
  if (left.is_new) return store::flows_table::insert(db, row);
  return store::flows_table::update(db, row.id, row.state, row.sealed, row.updated);
}

// A conflict: it is there already. Not found: the outcome was stored.
bool is_settled(const Result<>& written) {
  return written || written.error().code == ErrorCode::kConflict ||
         written.error().code == ErrorCode::kNotFound;
}

Task<> write_when_possible(const Services& services, StoredJournal::Unwritten left) {
  constexpr std::chrono::seconds kLongest{60};
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (std::chrono::seconds wait{1};; wait = std::min(2 * wait, kLongest)) {
    timer.expires_after(wait);
    (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (is_settled(co_await services.store.transact(
            [left](store::Database& db) { return write(db, left); })))
      co_return;
  }
}

}  // namespace

void write_later(const Services& services, StoredJournal::Unwritten left) {
  auto& loop = services.loops.loop_for(left.row.id);
  asio::co_spawn(loop, write_when_possible(services, std::move(left)), asio::detached);
}

}  // namespace patchbay::accounts
