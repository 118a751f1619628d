#pragma once
// Reads numbers out of queries and forms. Pure functions.
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/params.h"

namespace patchbay::web {

// The whole value as a number above 0; `otherwise` when it is absent or anything else.
inline std::int64_t number_in(const net::Params& params, std::string_view name,
                              std::int64_t otherwise) {
  const std::string text = params.get_or(name, "");
  const char* const end = text.data() + text.size();
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number > 0 ? number : otherwise;
}

}  // namespace patchbay::web
