#pragma once
// What `patchbay replay` finds out: whether a connector does at each step what was recorded.
#include <string>
#include <vector>

#include "base/json.h"
#include "connector/recorded_flow.h"

namespace patchbay::author {

struct ReplayStep {
  std::string event;  // "REPLIES"
  std::vector<connector::ActionDifference> differences;
};

struct ReplayReport {
  std::vector<ReplayStep> steps;  // as many as were recorded
  [[nodiscard]] std::size_t differing() const;
};

// `now`: as connector::replay_flow gave it. A step that was not reached differs.
ReplayReport report_on(const connector::RecordedFlow& recorded,
                       const std::vector<std::string>& now);

std::string to_text(const ReplayReport& report);
void write(json::Writer& out, const ReplayReport& report);

}  // namespace patchbay::author
