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
  std::string out;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const auto rest = id.substr(i);
    if (id[i] == '-' || id[i] == '_') continue;
    if (rest.starts_with("rn")) {
      out += 'm';
      ++i;
    } else if (rest.starts_with("vv")) {
      out += 'w';
      ++i;
    } else if (rest.starts_with("cl")) {
      out += 'd';
      ++i;
    } else if (const char c = plain(id[i]); out.empty() || out.back() != c) {
      out += c;  // doubled letters are easily overlooked, too
    }
  }
  return out;
}

}  // namespace patchbay::connector
