#pragma once
#include <string_view>

namespace patchbay::manifest {

// manifests/manifest.schema.json, as it was when the hub was built.
[[nodiscard]] std::string_view manifest_schema_text();

}  // namespace patchbay::manifest
