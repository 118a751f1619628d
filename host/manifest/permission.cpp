#include "manifest/permission.h"

#include <algorithm>

namespace patchbay::manifest {

std::string PermissionRef::to_string() const {
  return id + (access == Access::kRead ? ":read" : ":write");
}

std::optional<PermissionRef> PermissionRef::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view access = text.substr(colon + 1);
  if (access == "read") return PermissionRef{std::string(text.substr(0, colon)), Access::kRead};
  if (access == "write") return PermissionRef{std::string(text.substr(0, colon)), Access::kWrite};
  return std::nullopt;
}

Granted granted(const PermissionSide& side, const std::vector<std::string>& scopes) {
  const bool proved =
      std::any_of(side.scopes.begin(), side.scopes.end(), [&scopes](const std::string& scope) {
        return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
      });
  if (proved) return Granted::kYes;
  return side.confirmed && !side.scopes.empty() ? Granted::kNo : Granted::kUnknown;
}

}  // namespace patchbay::manifest
