#pragma once
// What a flow has seen: its input and its events, in order. A flow is a pure function of them
// (ABI-045), so a transcript rebuilds it in any worker of any process; a rebuilt flow that is
// cancelled names what it had minted. Nothing is sent while replaying.
//
// As text it is JSON rather than the worker's wire format: it may be read by a later release than
// the one that wrote it. It holds every secret of the flow: whoever keeps it seals it.
#include <optional>
#include <vector>

#include "base/secret.h"
#include "connector/runtime.h"

namespace patchbay::connector {

struct Transcript {
  Operation operation = Operation::kConnect;
  FlowInput input;
  std::vector<FlowEvent> events;
  std::optional<FlowPause> pause;  // what the flow waits for since the last of the events
};

FlowInput copy_of(const FlowInput& input);
FlowEvent copy_of(const FlowEvent& event);

SecretString to_json(const Transcript& transcript);
// With one more event behind those of `transcript`, and no pause.
SecretString to_json(const Transcript& transcript, const FlowEvent& last);
Result<Transcript> transcript_from_json(std::string_view text);

// Rebuilds a flow that waits for a person. The caller releases it. An error when the connector does
// not come to wait for the same thing again: it is of another version, or breaks ABI-045.
Task<Result<FlowId>> replay_to_pause(Runtime& runtime, const Transcript& transcript);

// Rebuilds the flow and cancels it in place of its last event, whose replies the cancel carries:
// the tokens the flow had minted. When reading those replies is what kills the connector, they are
// left out the second time. An error: the connector could not be brought to say.
Task<Result<std::vector<Token>>> replay_and_cancel(Runtime& runtime, const Transcript& transcript);

}  // namespace patchbay::connector
