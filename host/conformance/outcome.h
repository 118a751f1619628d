#pragma once
// Whether flows lead anywhere: a connector that refuses everybody breaks no other rule (ABI-077).
#include <set>
#include <string>

#include "conformance/exchange.h"
#include "conformance/finding.h"
#include "conformance/trial.h"

namespace patchbay::conformance {

// What came of one way to begin.
struct Outcome {
  Trial trial;                    // with the plausible provider
  std::set<std::string> endings;  // with all providers
  Trace agreed;                   // with the plausible one
  Trace required_only;            // with it, optional fields left empty
  bool keeps_more = false;        // refresh and revoke need what only a real DONE hands out
};

// For when nothing else was found: another fault may be why. What may lie in the tool is a remark.
void judge(const Outcome& outcome, Findings& findings);

}  // namespace patchbay::conformance
