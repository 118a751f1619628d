#pragma once
// Keeps what flows had seen that failed through a fault of the connector, or on answers that made
// no sense to it: sealed, in a row of `flows` of its own, for a week and the last kMost of a
// project. From there `patchbay flows export` takes it without its secrets. An operator switches it
// on, because otherwise nothing of a failed connect is stored. An account's go with it
// (account_service.h). Any loop.
//
// A flow's own is made where the flow is begun, and outlives it:
//
//   FailedFlows failed_flows(services, account.project_id);
//   const auto flow = failed_flows.listening(services.flow_services(connector, http));
#include <cstdint>
#include <string>

#include "accounts/services.h"

namespace patchbay::accounts {

class FailedFlows final : public connector::FlowRecorder {
 public:
  static constexpr std::size_t kMost = 50;
  static constexpr std::int64_t kKeptMs = 7LL * 24 * 3'600'000LL;
  static constexpr std::string_view kKind = "failed";  // of the rows

  FailedFlows(const Services& services, std::string project_id)
      : services_(services), project_id_(std::move(project_id)) {}

  // Told of this flow, if failed flows are kept at all (Services::failed_flows).
  connector::FlowServices listening(connector::FlowServices flow) {
    if (flow.recorder != nullptr) flow.recorder = this;
    return flow;
  }

  Task<> failed(const manifest::Manifest& manifest, const std::string& account_id,
                const connector::Transcript& transcript) override;

 private:
  const Services& services_;
  std::string project_id_;
};

}  // namespace patchbay::accounts
