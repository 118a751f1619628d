#pragma once
// Manifests that are a connector by themselves, without a library.
#include <string_view>

#include "manifest/parse.h"

namespace patchbay::manifest {

// As parse_manifest, and besides refuses what needs code: an auth method that does not say how the
// connection is made (`grant`), an action that the connector is to carry out. Any thread.
[[nodiscard]] ParseOutcome parse_manifest_alone(std::string_view bytes);

}  // namespace patchbay::manifest
