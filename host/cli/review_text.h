#pragma once
// What a connector file asks for and where it stands, for a terminal and for programs.
#include <string>
#include <string_view>

#include "base/json.h"
#include "connector/registry.h"

namespace patchbay::cli {

// Control characters (a file's name may hold them) as "?".
std::string printable(std::string_view text);

// Several lines; what it asks for, or what changes when another version was let in before.
std::string review_text(const connector::Connector& connector);

// One object: file, state and, where the file could be read, its review.
void write_connector(json::Writer& out, const connector::Connector& connector);

}  // namespace patchbay::cli
