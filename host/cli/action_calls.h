#pragma once
// Calls of actions from the command line: recorded in the audit log first, and kept in the log of
// requests, as those of applications are. One thread; blocks.
#include "actions/action_runner.h"
#include "actions/token_source.h"
#include "api/request_logs.h"
#include "cli/hub.h"

namespace patchbay::cli {

class ActionCalls {
 public:
  // The hub outlives it; its connectors have been started.
  explicit ActionCalls(Hub& hub);

  // `call` without its project. What could not be recorded is not done.
  actions::ActionRunner::Outcome run(actions::ActionCall call);
  [[nodiscard]] actions::FoundAction find(std::string_view action_id) const {
    return runner_.find_action(action_id);
  }

 private:
  [[nodiscard]] api::LoggedRequest begun(const actions::ActionCall& call);
  void log(api::LoggedRequest logged, const actions::ActionRunner::Outcome& outcome);

  Hub& hub_;
  actions::KeeperTokens tokens_;
  actions::ActionRunner runner_;
  api::RequestLogs logs_;
};

}  // namespace patchbay::cli
