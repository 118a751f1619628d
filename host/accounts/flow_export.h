#pragma once
// Failed flows that were kept (failed_flows.h), for the connector's author: which there are, and
// one of them as a file without secrets. Any loop.
#include <string>
#include <vector>

#include "accounts/services.h"
#include "store/flows_table.h"

namespace patchbay::accounts {

// Of a connector, newest first. Those of an account that is linked name it.
Task<Result<std::vector<store::Flow>>> kept_flows(const Services& services, std::string project_id,
                                                  std::string connector_id);

struct ExportedFlow {
  std::string text;             // JSON, connector::to_json(RecordedFlow)
  std::string version;          // of the connector it is of
  std::string version_present;  // of the one that was asked to play it
};

// Plays it in the connector as it is now, and records who got it. kNotFound: there is none of that
// id, or nothing of it was kept. kUnavailable: the connector is not there or not ready. kConflict:
// as connector::record_flow.
Task<Result<ExportedFlow>> export_flow(const Services& services, std::string project_id,
                                       std::string flow_id, audit::Asker who);

}  // namespace patchbay::accounts
