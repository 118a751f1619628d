#pragma once
// Failures of a connector as the hub's errors.
#include "base/result.h"
#include "connector/worker/flow_codec.h"

namespace patchbay::connector {

Error load_error(const LoadedMessage& loaded);
Error status_error(std::uint32_t status);  // of begin and step; not PATCHBAY_OK
// The code for a FAIL action's kind (PATCHBAY_FAIL_*).
ErrorCode failure_code(std::uint32_t failure);

}  // namespace patchbay::connector
