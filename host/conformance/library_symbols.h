#pragma once
// The names that a shared library offers to others (ABI-001), read from its bytes.
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::conformance {

// Of bytes that connector::read_elf has accepted. Defined, global or weak, not hidden.
std::vector<std::string> exported_symbols(std::string_view bytes);

}  // namespace patchbay::conformance
