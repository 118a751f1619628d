#pragma once
// Secrets of Personio's sandbox in what a test has left behind: all of them hold the same mark
// (personio_sandbox/secret_mark.h).
#include <cstddef>
#include <filesystem>

#include "canaries/scanner.h"

namespace patchbay::canaries {

struct SandboxSecrets {
  Findings found;
  std::size_t scanned = 0;  // bytes
};

// Of a file, or of all files below a folder; nothing where nothing is.
SandboxSecrets look_for_sandbox_secrets(const std::filesystem::path& place);

}  // namespace patchbay::canaries
