#pragma once
// `patchbay store mark-restored`.
#include <memory>

#include "cli/commands.h"

namespace patchbay::cli {

void add_store_mark_restored(CLI::App& store, Run& run);

}  // namespace patchbay::cli
