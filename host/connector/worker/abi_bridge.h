#pragma once
// Flow values <-> the C structs of patchbay/connector.h.
//
// Outgoing (host to connector): InputView and EventView hold the C arrays and point into the value
// they were made from; keep both alive during the call. Incoming: read_action copies everything out
// of the connector's memory, within bounds; a connector that breaks a rule gives nullopt and the
// rule's id from abi.md.
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "connector/flow_types.h"
#include "patchbay/connector.h"

namespace patchbay::connector {

class InputView {
 public:
  explicit InputView(const FlowInput& input);
  [[nodiscard]] const patchbay_input* get() const { return &input_; }

 private:
  std::vector<patchbay_pair> fields_, secrets_, setup_fields_, setup_secrets_;
  std::vector<patchbay_token> tokens_;
  std::vector<const patchbay_token*> token_pointers_;
  std::vector<patchbay_str> needed_;
  patchbay_input input_{};
};

class EventView {
 public:
  explicit EventView(const FlowEvent& event);
  [[nodiscard]] const patchbay_event* get() const { return &event_; }

 private:
  std::vector<std::vector<patchbay_pair>> headers_;
  std::vector<patchbay_reply> replies_;
  std::vector<const patchbay_reply*> reply_pointers_;
  std::vector<patchbay_pair> query_, fields_, secrets_;
  patchbay_event event_{};
};

// `broken` gets a sentence when the result is empty.
std::optional<FlowAction> read_action(const patchbay_action& action, std::string& broken);

inline patchbay_str to_str(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace patchbay::connector
