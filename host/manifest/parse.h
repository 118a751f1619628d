#pragma once

#include <memory>
#include <string_view>

#include "manifest/manifest.h"
#include "manifest/problem.h"

namespace patchbay::manifest {

// Either a manifest and no problems, or no manifest and at least one problem.
struct ParseOutcome {
  std::shared_ptr<const Manifest> manifest;
  Problems problems;
  [[nodiscard]] bool ok() const { return manifest != nullptr; }
};

inline constexpr std::size_t max_manifest_bytes = 4U << 20U;

// Reads and checks a manifest. The bytes are hostile: size, depth and counts are bounded, nothing
// is executed or fetched. Stages: JSON, the manifest schema, then the rules a schema can't say; the
// first two stop at their end when something is wrong, each stage reports all it finds (at most
// 200). Thread-safe, keeps nothing.
[[nodiscard]] ParseOutcome parse_manifest(std::string_view bytes);

}  // namespace patchbay::manifest
