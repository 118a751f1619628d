#pragma once
// The exchanges once more behind a worker's walls: what works without them works there.
#include <cstdint>

#include "conformance/finding.h"
#include "conformance/suite.h"

namespace patchbay::conformance {

// Returns how many were begun. Ends with the first finding. Starts threads.
std::uint64_t check_in_worker(const SuiteOptions& options, Findings& findings);

}  // namespace patchbay::conformance
