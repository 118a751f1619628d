#pragma once

#include <string>
#include <vector>

namespace patchbay::manifest {

// One thing wrong with a manifest or with an action's input.
struct Problem {
  std::string rule;     // stable short name, e.g. "text_missing"
  std::string pointer;  // RFC 6901, where in the document; empty: the whole
  std::string message;  // says what is wrong and what to do; plain text, never a secret value
  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

}  // namespace patchbay::manifest
