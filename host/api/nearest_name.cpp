#include "api/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace patchbay::api {
namespace {

constexpr std::size_t kLongestName = 64;

std::string letters_of(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '_' && c != '-' && c != ' ')
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Levenshtein's, one row at a time.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > kLongestName) return {};
  const auto wanted = letters_of(name);
  std::string_view nearest;
  std::size_t least = kLongestName;
  for (const auto candidate : known) {
    const auto far = distance(wanted, letters_of(candidate));
    if (far >= least || far * 5 > candidate.size() * 2) continue;
    least = far;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace patchbay::api
