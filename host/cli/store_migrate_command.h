#pragma once
// `patchbay store migrate`.
#include "cli/commands.h"

namespace patchbay::cli {

void add_store_migrate(CLI::App& store, Run& run);

}  // namespace patchbay::cli
