#pragma once
// Patterns of manifests, form fields and input schemas alike, run through RE2: linear time whatever
// the pattern, and an error where the pattern says something RE2 has no word for.
#include <re2/re2.h>

#include <memory>
#include <string_view>

namespace patchbay::manifest {

inline re2::StringPiece to_re2(std::string_view text) {
  return {text.data(), text.size()};
}

// Null when the pattern does not compile or would take more than half a megabyte.
[[nodiscard]] inline std::unique_ptr<const re2::RE2> compile_pattern(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{512} << 10U);
  auto compiled = std::make_unique<const re2::RE2>(to_re2(pattern), options);
  if (!compiled->ok()) return nullptr;
  return compiled;
}

}  // namespace patchbay::manifest
