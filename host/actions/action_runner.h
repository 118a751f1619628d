#pragma once
// Runs a manifest's actions for an account: allowed? input right? then the request, authorised by
// the manifest's rule (provider_caller.h), and the answer as the manifest describes it, page by
// page. Nothing is kept between calls.
//
// Any loop; a call runs on its account's loop and ends early when the awaiting coroutine is
// cancelled. Everything it was built from outlives it.
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "accounts/services.h"
#include "actions/action_error.h"
#include "actions/connector_caller.h"
#include "actions/memory_budget.h"
#include "actions/provider_caller.h"

namespace patchbay::actions {

struct ActionCall {
  std::string project_id{};
  std::string account_id{};
  std::string action_id{};
  std::string input = "{}";  // a JSON object, by the action's schema, of at most max_input_bytes
  // Paged actions take these two as inputs as well ("cursor" and "page_size", which the manifest
  // reader adds to their schema); this is for protocols that carry them apart.
  std::string next{};           // from the reply before; empty: the first page
  std::uint32_t page_size = 0;  // 0: as the input says, or the provider's usual one. Lowered to
                                // what the provider takes; counts on the first page only
  // The change sequence at which the caller was allowed to call; the default: whoever calls knows
  // that they are.
  std::int64_t allowed_at = std::numeric_limits<std::int64_t>::max();
  bool by_hub = false;   // the hub's own question: the integration's list of actions is not asked
  bool dry_run = false;  // everything is checked, and nothing sent: the reply says what would be
  CallTrace* trace = nullptr;  // outlives the call; null: nobody wants to know what was sent
};

struct ActionReply {
  std::string data = "null";     // JSON, as the manifest's result rule cuts it out
  std::string next;              // empty: there is no further page
  unsigned provider_status = 0;  // 0: the connector carried it out
};

// Of an action's input: a file of 30 MiB and more in base64, with what goes along with it.
inline constexpr std::size_t kMaxInputBytes = std::size_t{44} << 20U;

struct RunnerOptions {
  CallLimits limits{};
  connector::FlowLimits flow{};  // for actions that the connector carries out
  std::size_t max_input_bytes = kMaxInputBytes;
  std::size_t file_memory = std::size_t{512} << 20U;  // of all large inputs and answers at a time
  FindConnector find_connector{};                     // null: in the services' registry
};

// An action with the manifest it lives in.
struct FoundAction {
  std::shared_ptr<const manifest::Manifest> manifest;
  const manifest::Action* action = nullptr;
};

class ActionRunner {
 public:
  using Outcome = boost::system::result<ActionReply, ActionError>;

  ActionRunner(const accounts::Services& services, TokenSource& tokens, RunnerOptions options = {});

  Task<Outcome> run(ActionCall call);

  // Among the connectors that are ready; null when there is none. Action ids start with their
  // manifest's id.
  [[nodiscard]] FoundAction find_action(std::string_view action_id) const;
  // Ready ones only; null when there is none.
  [[nodiscard]] connector::ConnectorPtr find_connector(std::string_view connector_id) const {
    return options_.find_connector(connector_id);
  }
  [[nodiscard]] std::size_t max_input_bytes() const { return options_.max_input_bytes; }
  // Of large inputs and answers; begins with RunnerOptions::file_memory.
  [[nodiscard]] MemoryBudget& memory() { return memory_; }

 private:
  struct Prepared;
  Task<Outcome> run_here(ActionCall call);
  Task<boost::system::result<Prepared, ActionError>> prepare(const ActionCall& call);
  struct FileRoom;
  // How long an answer that is a file may be, by its head.
  std::size_t bound_file(FileRoom& room, unsigned status,
                         std::optional<std::uint64_t> length) const;
  Result<> set_position(Prepared& prepared, const ActionCall& call) const;

  const accounts::Services& services_;
  const RunnerOptions options_;
  MemoryBudget memory_;
  ProviderCaller caller_;
  ConnectorCaller invoker_;
};

}  // namespace patchbay::actions
