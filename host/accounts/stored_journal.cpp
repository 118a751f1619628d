#include "accounts/stored_journal.h"

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
  state.waits_until = root.get("waits_until").integer_or(0);
  state.kept_until = root.get("kept_until").integer_or(0);
  return state;
}

vault::Place transcript_place(const store::Flow& flow) {
  return {store::kFlowsTable, flow.project_id, flow.id, "sealed", 0};
}

Task<> StoredJournal::keep(SecretString transcript) {
  if (PATCHBAY_PLANTED_BUG(1)) co_return;
  auto sealed = services_.vault.seal(transcript, transcript_place(flow_));
  if (!sealed) {
    // Too large; what was kept before stays, and names the tokens up to there.
    log::warning("flow", "transcript_not_kept",
                 {{"flow", flow_.id}, {"error", sealed.error().message}});
    co_return;
  }
  flow_.sealed = std::move(*sealed);
  flow_.state = to_json({.connector_version = connector_version_, .answers = ++answers_});
  flow_.updated = services_.clock.unix_ms();
  const bool first = !std::exchange(is_there_, true);
  const auto kept = co_await services_.store.transact([row = flow_, first](store::Database& db) {
    return first ? store::flows_table::insert(db, row)
                 : store::flows_table::update(db, row.id, row.state, row.sealed, row.updated);
  });
  if (kept) co_return;
  if (first) is_there_ = false;
  log::warning("flow", "transcript_not_kept",
               {{"flow", flow_.id}, {"error", kept.error().message}});
}

}  // namespace patchbay::accounts
