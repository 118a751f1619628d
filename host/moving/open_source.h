#pragma once
// An export file, opened for reading with a buffer that is wiped.
#include <istream>
#include <memory>
#include <string>

#include "base/result.h"

namespace patchbay::moving {

struct SourceFile {
  std::unique_ptr<std::istream> in;
  std::int64_t size = 0;
  bool others_may_read = false;  // its mode lets users besides the owner in
};

// kNotFound, kInvalidArgument (no plain file).
Result<SourceFile> open_source(const std::string& path);

}  // namespace patchbay::moving
