#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::manifest {

// "/v2/persons/{person_id}/employments" taken apart. Each placeholder is a whole segment, so its
// percent-encoded value can't become part of another one.
struct PathTemplate {
  struct Segment {
    std::string text;  // literal, or the placeholder's name
    bool placeholder = false;
  };
  std::vector<Segment> segments;
};

// Nothing for a path that doesn't start with '/', holds dot segments, empty segments in the middle,
// a query, a fragment, percent signs or anything else but letters, digits and -._~ between slashes.
[[nodiscard]] std::optional<PathTemplate> parse_path_template(std::string_view path);

}  // namespace patchbay::manifest
