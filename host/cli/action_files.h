#pragma once
// Files that go to a provider, or come from one, within an action's JSON: {filename, content_type,
// data} in an input, {content_type, filename, size, content} in a reply, the bytes in base64.
#include <string>
#include <vector>

#include "base/result.h"

namespace patchbay::cli {

// `input` with a member for each "NAME=PATH". kInvalidArgument: no such form, a member that is
// there already, an input that is no object; and what read_small_file gives.
Result<std::string> with_files(const std::string& input, const std::vector<std::string>& files,
                               std::size_t most);

// Writes the file that `data` holds to a new one of mode 0600, and returns its size. kConflict: it
// is there already; kInvalidArgument: the data is no file.
Result<std::size_t> save_file(const std::string& data, const std::string& path);

}  // namespace patchbay::cli
