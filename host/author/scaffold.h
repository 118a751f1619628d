#pragma once
// `patchbay new`: a folder with a connector that builds, passes `patchbay check` and connects to a
// sandbox of its own, from the templates of plugin_api/templates.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "author/connector_name.h"

namespace patchbay::author {

// A way in which a provider lets others in.
struct ConnectorKind {
  std::string_view name;  // "api-key"
  std::string_view about;
};
std::span<const ConnectorKind> connector_kinds();

// Writes `folder`, which must not exist: all of it, or nothing. Returns the files' names in it,
// sorted. kConflict: it exists; kInvalidArgument: no such kind; kStorage: it can't be written.
Result<std::vector<std::string>> write_connector(const ConnectorName& name, std::string_view kind,
                                                 const std::string& folder);

// The same for a connector without code: `NAME.json`, which says itself how it is connected, and
// the schema that editors complete it by.
Result<std::vector<std::string>> write_manifest_alone(const ConnectorName& name,
                                                      std::string_view kind,
                                                      const std::string& folder);

}  // namespace patchbay::author
