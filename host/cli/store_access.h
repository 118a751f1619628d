#pragma once
// The database without its key: for commands that need no secret.
#include <memory>

#include "cli/options.h"
#include "store/store.h"

namespace patchbay::cli {

// kNotFound when there is none yet; nothing is created.
Result<std::unique_ptr<store::Store>> open_store_alone(const CommonOptions& common);

}  // namespace patchbay::cli
