#pragma once
// Walking over the text of JSON without taking it apart.
#include <algorithm>
#include <cstddef>
#include <string_view>

namespace patchbay::json {

// Where the quote is that ends the text whose first quote is at `start`; the size of `json` when
// none does.
inline std::size_t end_of_text(std::string_view json, std::size_t start) {
  std::size_t end = start + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return std::min(end, json.size());
}

}  // namespace patchbay::json
