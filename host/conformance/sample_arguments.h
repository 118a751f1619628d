#pragma once
// Arguments that an action's input schema accepts, made from the schema: what is required, each the
// plainest value there is.
#include <string>

#include "manifest/action.h"

namespace patchbay::conformance {

// One JSON object. "{}" where nothing that was thought of fits, such as a pattern.
std::string sample_arguments(const manifest::Action& action);

}  // namespace patchbay::conformance
