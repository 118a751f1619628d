#include "accounts/waiting_flows.h"

#include <algorithm>

#include "accounts/stored_journal.h"
#include "base/planted_bug.h"

namespace patchbay::accounts {
namespace {

constexpr std::int64_t kLongAgo = 1;  // unix ms

bool waits(const store::Flow& flow) {
  return flow_state_from_json(flow.state).waits_until != 0;
}

std::string at_work(const store::Flow& flow) {
  auto state = flow_state_from_json(flow.state);
  state.waits_until = 0;
  return to_json(state);
}

}  // namespace

Task<Result<>> put_away(const Services& services, store::Flow row, std::string connector_version,
                        const connector::Transcript& paused) {
  const auto now = services.clock.unix_ms();
  PATCHBAY_CO_TRY_ASSIGN(row.sealed,
                         services.vault.seal(connector::to_json(paused), transcript_place(row)));
  row.state = to_json({.connector_version = std::move(connector_version),
                       .answers = static_cast<std::int64_t>(paused.events.size()) - 1,
                       .waits_until = now + kPatienceMs});
  const auto kept = co_await services.store.transact([row, now](store::Database& db) {
    return store::flows_table::update(db, row.id, row.state, row.sealed, now);
  });
  if (!kept && kept.error().code == ErrorCode::kNotFound)
    co_return make_error(ErrorCode::kConflict,
                         "Connecting took too long and was given up. Try again.");
  co_return kept;
}

Task<Result<WaitingFlow>> find_waiting(const Services& services,
                                       const store::ConnectSession& session) {
  auto rows = co_await services.store.read(
      [id = session.id](store::Database& db) { return store::flows_table::of_session(db, id); });
  if (!rows) co_return rows.error();
  const auto found = std::ranges::find_if(*rows, waits);
  if (found == rows->end() ||
      flow_state_from_json(found->state).waits_until <= services.clock.unix_ms())
    co_return make_error(
        ErrorCode::kConflict,
        "This took longer than a connection may wait. Nothing was connected: start "
        "again.");
  WaitingFlow flow;
  flow.row = std::move(*found);
  PATCHBAY_CO_TRY_ASSIGN(const auto text,
                         services.vault.open(flow.row.sealed, transcript_place(flow.row)));
  PATCHBAY_CO_TRY_ASSIGN(flow.transcript, connector::transcript_from_json(text.reveal()));
  if (!flow.transcript.pause)
    co_return make_error(ErrorCode::kStorage, "the waiting flow does not tell what it waits for");
  co_return flow;
}

Task<Result<bool>> is_at_work(const Services& services, const store::ConnectSession& session) {
  auto rows = co_await services.store.read(
      [id = session.id](store::Database& db) { return store::flows_table::of_session(db, id); });
  if (!rows) co_return rows.error();
  co_return std::ranges::any_of(*rows, [](const auto& flow) { return !waits(flow); });
}

Task<Result<bool>> take_up(const Services& services, const WaitingFlow& flow) {
  auto taken = co_await services.store.transact(
      [id = flow.row.id, from = flow.row.state, to = at_work(flow.row),
       now = services.clock.unix_ms()](store::Database& db) {
        return store::flows_table::change_state(db, id, from, to, now);
      });
  if (taken && PATCHBAY_PLANTED_BUG(19)) co_return true;
  co_return taken;
}

Result<> give_up_waiting(store::Database& db, const std::string& session_id) {
  PATCHBAY_TRY_ASSIGN(const auto rows, store::flows_table::of_session(db, session_id));
  for (const auto& row : rows)
    if (waits(row))
      PATCHBAY_TRY(store::flows_table::change_state(db, row.id, row.state, at_work(row), kLongAgo));
  return {};
}

}  // namespace patchbay::accounts
