#include "accounts/failed_flows.h"

#include "accounts/stored_journal.h"
#include "base/log.h"
#include "store/flows_table.h"

namespace patchbay::accounts {
namespace {

// Room for one more of this project.
Result<> forget_the_oldest(store::Database& db, const std::string& project_id) {
  PATCHBAY_TRY_ASSIGN(auto rows, store::flows_table::list(db));
  std::erase_if(rows, [&](const store::Flow& row) {
    return row.kind != FailedFlows::kKind || row.project_id != project_id;
  });
  for (std::size_t i = 0; i + FailedFlows::kMost <= rows.size(); ++i)
    PATCHBAY_TRY(store::flows_table::remove(db, rows[i].id));
  return {};
}

}  // namespace

Task<> FailedFlows::failed(const manifest::Manifest& manifest, const std::string& account_id,
                           const connector::Transcript& transcript) {
  const auto now = services_.clock.unix_ms();
  store::Flow row{services_.random.id("flow_"),
                  project_id_,
                  std::string(kKind),
                  {},
                  account_id,
                  manifest.id,
                  to_json({.connector_version = manifest.version, .kept_until = now + kKeptMs}),
                  {},
                  now,
                  now};
  auto sealed = services_.vault.seal(connector::to_json(transcript), transcript_place(row));
  Result<> kept = sealed ? Result<>() : Result<>(sealed.error());
  if (sealed) {
    row.sealed = std::move(*sealed);
    kept = co_await services_.store.transact([row](store::Database& db) -> Result<> {
      PATCHBAY_TRY(forget_the_oldest(db, row.project_id));
      return store::flows_table::insert(db, row);
    });
  }
  if (kept) {
    log::info("flow", "failure_kept", {{"flow", row.id}, {"connector", manifest.id}});
  } else {
    log::warning("flow", "failure_not_kept",
                 {{"connector", manifest.id}, {"error", kept.error().message}});
  }
}

}  // namespace patchbay::accounts
