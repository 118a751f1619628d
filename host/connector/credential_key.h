#pragma once
#include <string>

#include "connector/flow_types.h"

namespace patchbay::connector {

// The same text for the same credential, where a provider counts by that: of all that was entered
// and is not secret, the operator's own entries included. Empty when there is none of it.
std::string credential_key(const FlowInput& input);

}  // namespace patchbay::connector
