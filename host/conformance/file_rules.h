#pragma once
#include <optional>
#include <string>

#include "conformance/finding.h"
#include "connector/connector_file.h"

namespace patchbay::conformance {

// What can be told without running anything of the library: format, symbols, needed libraries,
// manifest. Nothing when there is no valid manifest to go on with.
std::optional<connector::ConnectorFile> check_file(const std::string& path, Findings& findings);

}  // namespace patchbay::conformance
