#pragma once
// The manual page patchbay(1), in the man macros of roff.
#include <string>

#include "cli/command_outline.h"

namespace patchbay::cli {

std::string manual_page(const OutlinedCommand& program, const std::string& version);

}  // namespace patchbay::cli
