#pragma once
// How filter boxes compare texts. Pure functions.
#include <string>
#include <string_view>

namespace patchbay::web {

// With the letters A to Z in lower case; others stay as they are.
inline std::string search_text(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

}  // namespace patchbay::web
