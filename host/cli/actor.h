#pragma once
#include <string>

namespace patchbay::cli {

// Who decides, for the audit log: "command line (ada)".
std::string actor();

}  // namespace patchbay::cli
