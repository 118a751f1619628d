#include "accounts/flow_export.h"

#include <algorithm>

#include "accounts/connection_attempts.h"
#include "accounts/failed_flows.h"
#include "accounts/stored_journal.h"
#include "connector/recorded_flow.h"

namespace patchbay::accounts {
namespace {

Result<store::Flow> find(store::Database& db, const std::string& project, const std::string& id) {
  PATCHBAY_TRY_ASSIGN(auto flow, store::flows_table::find(db, id));
  if (!flow || flow->project_id != project || flow->kind == kAttemptKind)
    return make_error(ErrorCode::kNotFound,
                      "there is no flow " + id + "; see: patchbay flows list");
  if (flow->sealed.empty())
    return make_error(ErrorCode::kNotFound, "nothing of this flow was kept: it had seen no answer");
  return *std::move(flow);
}

}  // namespace

Task<Result<std::vector<store::Flow>>> kept_flows(const Services& services, std::string project_id,
                                                  std::string connector_id) {
  PATCHBAY_CO_TRY_ASSIGN(auto flows, co_await services.store.read(store::flows_table::list));
  std::erase_if(flows, [&](const store::Flow& flow) {
    return flow.kind != FailedFlows::kKind || flow.project_id != project_id ||
           flow.connector_id != connector_id || flow.sealed.empty();
  });
  std::ranges::reverse(flows);
  co_return flows;
}

Task<Result<ExportedFlow>> export_flow(const Services& services, std::string project_id,
                                       std::string flow_id, audit::Asker who) {
  PATCHBAY_CO_TRY_ASSIGN(const auto flow, co_await services.store.read([=](store::Database& db) {
    return find(db, project_id, flow_id);
  }));
  const auto connector = services.registry.find(flow.connector_id);
  if (!connector)
    co_return make_error(ErrorCode::kUnavailable, "the connector " + flow.connector_id +
                                                      " is needed for that, and is not there or "
                                                      "not ready; see: patchbay connectors list");
  PATCHBAY_CO_TRY_ASSIGN(const auto text, services.vault.open(flow.sealed, transcript_place(flow)));
  PATCHBAY_CO_TRY_ASSIGN(const auto transcript, connector::transcript_from_json(text.reveal()));
  PATCHBAY_CO_TRY_ASSIGN(
      const auto made,
      co_await connector::record_flow(*connector->runtime, *connector->manifest, transcript));
  PATCHBAY_CO_TRY(services.audit.append(audit::asked_by(who, {.kind = "flow.exported",
                                                              .project_id = flow.project_id,
                                                              .subject = flow.id,
                                                              .connector_id = flow.connector_id})));
  co_return ExportedFlow{connector::to_json(made),
                         flow_state_from_json(flow.state).connector_version,
                         connector->manifest->version};
}

}  // namespace patchbay::accounts
