#include "connector/trust/look_alike.h"

namespace patchbay::connector {
namespace {

char plain(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case 'i':
    case 'j':
    case '7':
      return 'l';
    case '5':
      return 's';
    case '2':
      return 'z';
    case '8':
      return 'b';
    case '6':
    case '9':
    case 'q':
      return 'g';
    default:
      return c;
  }
}

}  // namespace

std::string skeleton_of(std::string_view id) {
  std::string letters;
  for (const char c : id)
    if (c != '-' && c != '_') letters += plain(c);
  std::string out;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const auto pair = std::string_view(letters).substr(i, 2);
    char c = letters[i];
    if (pair == "rn") c = 'm';
    if (pair == "vv") c = 'w';
    if (pair == "cl") c = 'd';
    if (c != letters[i]) ++i;
    if (out.empty() || out.back() != c) out += c;  // doubled letters are easily overlooked, too
  }
  return out;
}

}  // namespace patchbay::connector
