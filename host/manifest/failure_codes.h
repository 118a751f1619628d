#pragma once
#include <map>
#include <string>

namespace patchbay::manifest {

// For a provider that tells failures in the body of an answer with status 200, or with a status
// that says something else to others.
struct FailureCodes {
  std::string path;                                       // where the code stands: a JSON pointer
  std::map<std::string, unsigned, std::less<>> statuses;  // the status that says the same

  // Of a code that came with a status of success; 400 for one that is not listed.
  [[nodiscard]] unsigned status_of(std::string_view code) const {
    const auto found = statuses.find(code);
    return found == statuses.end() ? 400 : found->second;
  }
};

}  // namespace patchbay::manifest
