#pragma once
// A flow as a file: what it was begun with, its events, and what the connector did at each. Without
// secrets (flow_redaction.h), so that it may be sent to the connector's author, for whom it is a
// unit test: the same events bring the same actions (ABI-045). Values are owned; one thread.
//
// As text it is JSON for people, format "patchbay-flow/1".
#include <string>
#include <vector>

#include "connector/flow_transcript.h"
#include "connector/runtime.h"
#include "manifest/manifest.h"

namespace patchbay::connector {

struct RecordedFlow {
  std::string connector_id;
  std::string connector_version;
  Operation operation = Operation::kConnect;
  FlowInput input;
  struct Step {
    FlowEvent event;
    std::string action;  // JSON object; {"crashed": "..."} where the connector gave none
  };
  std::vector<Step> steps;
};

// Plays a transcript twice side by side in the connector that made it: as it was, and without what
// is secret. What the second one does is what is recorded. kConflict: the two part ways, because
// the connector looks into a secret closer than its shape; nothing can be exported then.
Task<Result<RecordedFlow>> record_flow(Runtime& runtime, const manifest::Manifest& manifest,
                                       const Transcript& transcript);

// What a connector does at each of the recorded events now; as long as RecordedFlow::steps, or
// shorter when it ended earlier.
Task<Result<std::vector<std::string>>> replay_flow(Runtime& runtime, const RecordedFlow& flow);

std::string to_json(const RecordedFlow& flow);
// kInvalidArgument says what is wrong with it. Reads what anybody may have written.
Result<RecordedFlow> recorded_flow_from_json(std::string_view text);

// Where two actions differ.
struct ActionDifference {
  std::string pointer;  // RFC 6901, in the action
  std::string recorded;
  std::string now;
};
std::vector<ActionDifference> compare_actions(const std::string& recorded, const std::string& now);

}  // namespace patchbay::connector
