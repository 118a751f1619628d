#pragma once

#include "patchbay/sandbox/provider.h"

namespace patchbay::sandbox {

/// The whole `main` of a program named `<provider>-sandbox`: flags, ready file, signals.
/// Returns the exit status: 0 stopped by a signal, 1 could not start, 2 wrong flags.
int run_sandbox_main(int argc, const char* const* argv, const ProviderInfo& info,
                     const ProviderFactory& factory);

}  // namespace patchbay::sandbox
