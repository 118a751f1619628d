#pragma once
// Loads a connector library into this process, for good, and tries its entry point (ABI-002 to
// ABI-005). Runs the connector's code.
#include "conformance/finding.h"
#include "connector/code_of.h"
#include "patchbay/connector.h"

namespace patchbay::conformance {

// The table, when it can be used; else null, and findings say why. The library owns it.
const patchbay_connector* load_table(const connector::Code& code, Findings& findings);

}  // namespace patchbay::conformance
