#include "manifest/path_template.h"

#include <algorithm>

#include "manifest/text_rules.h"

namespace patchbay::manifest {
namespace {

bool is_literal(std::string_view segment) {
  return segment != "." && segment != ".." &&
         std::all_of(segment.begin(), segment.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_' || c == '~';
         });
}

}  // namespace

std::optional<PathTemplate> parse_path_template(std::string_view path) {
  PathTemplate parts;
  if (!path.starts_with('/')) return std::nullopt;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    const bool braces = segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
    const std::string_view name = braces ? segment.substr(1, segment.size() - 2) : segment;
    if (braces ? !is_id(name) : !is_literal(segment)) return std::nullopt;
    if (segment.empty() && !path.empty()) return std::nullopt;
    parts.segments.push_back({std::string(name), braces});
  }
  return parts;
}

}  // namespace patchbay::manifest
