#include <algorithm>

#include "cli/doctor/checks.h"

namespace patchbay::doctor {
namespace {

using connector::ConnectorState;

void tell_about(const connector::Connector& connector, const Tell& tell) {
  const auto name = connector.id + " (" + connector.file + ")";
  switch (connector.state) {
    case ConnectorState::kReady:
      return tell(
          {"connectors", Verdict::kGood, name + " " + connector.manifest->version + " is ready"});
    case ConnectorState::kIncomplete:
      return tell({"connectors", Verdict::kNote, name + " is still being copied"});
    case ConnectorState::kAwaitingApproval:
      return tell({"connectors", Verdict::kWarning, name + " waits for approval.",
                   "patchbay connectors show " + connector.id +
                       ", then patchbay connectors approve " + connector.id});
    case ConnectorState::kRefused:
    case ConnectorState::kFailed:
      break;
  }
  tell({"connectors", Verdict::kProblem, name + " can't be used: " + connector.reason,
        "patchbay check FILE tells more. Until it is mended, put the version before back."});
}

}  // namespace

void check_connectors(cli::Hub& hub, const store::Backlog& backlog, const Tell& tell) {
  const auto all = hub.registry().list();
  for (const auto& connector : all) tell_about(*connector, tell);
  for (const auto& id : backlog.connectors)
    if (std::ranges::none_of(all, [&](const auto& connector) { return connector->id == id; }))
      tell({"connectors", Verdict::kProblem,
            "Accounts or integrations use " + id + ", which is not in the folder.",
            "Put its file back. Until then nothing of it is refreshed or revoked."});
}

}  // namespace patchbay::doctor
