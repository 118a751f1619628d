#pragma once
// `patchbay key rotate`.
#include <memory>

#include "cli/commands.h"

namespace patchbay::cli {

void add_key_rotate_command(CLI::App& key, Run& run);

}  // namespace patchbay::cli
