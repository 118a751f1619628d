#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace patchbay::cli {

// Writes a file of mode 0600 that is complete or not there at all. kConflict: it is there already.
Result<> write_new_file(const std::string& path, std::string_view text);
// The same in the place of what is there.
Result<> replace_file(const std::string& path, std::string_view text);

// kNotFound, kTooLarge, kInvalidArgument (no plain file).
Result<std::string> read_small_file(const std::string& path, std::size_t most);

}  // namespace patchbay::cli
