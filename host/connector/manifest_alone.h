#pragma once
// A manifest that is a connector by itself: `acme.json` in the connectors folder.
#include <string_view>

namespace patchbay::connector {

// By the name of the file, which also says how it is read.
bool is_manifest_alone(std::string_view path);

}  // namespace patchbay::connector
