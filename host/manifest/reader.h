#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "manifest/grant.h"
#include "manifest/manifest.h"
#include "manifest/report.h"

namespace patchbay::manifest {

// Where the manifest refers to a text.
struct TextUse {
  std::string pointer;
  TextId id;
};

// A manifest as read from JSON that obeys the schema; not yet checked further. Lists keep their
// order, so the place of an item in its list is also its place in the document.
struct Draft {
  Manifest manifest;
  std::vector<TextUse> text_uses;
  std::vector<std::optional<Grant>> grants;  // one for each auth method, if it has one
};

// Reports what can only be seen while reading: grants and input schemas that make no sense.
[[nodiscard]] Draft read_manifest(const json::Value& root, Report& report);

// What every paged action takes besides the inputs its author lists. The host owns both names.
inline constexpr std::string_view kPageSizeInput = "page_size";
inline constexpr std::string_view kCursorInput = "cursor";

}  // namespace patchbay::manifest
