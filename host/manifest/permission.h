#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/texts.h"

namespace patchbay::manifest {

enum class Access { kRead, kWrite };

// One box to tick at the provider, written "employees:read".
struct PermissionRef {
  std::string id;
  Access access = Access::kRead;

  auto operator<=>(const PermissionRef&) const = default;
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] static std::optional<PermissionRef> parse(std::string_view text);
};

// A question to the provider that changes nothing and that only the permission lets through.
struct PermissionProbe {
  std::string action_id;           // reads, and needs this permission alone
  std::string input = "{}";        // JSON, right by the action's schema
  std::vector<unsigned> refusals;  // HTTP statuses that mean: not granted
  // How far the permission reaches, such as the attributes that can be read: the answer's records
  // are named by the text at this JSON pointer. Empty: nobody wants to know.
  std::string name_path;
  TextId label;  // what they are
};

// Read or write of one permission.
struct PermissionSide {
  bool available = false;           // the provider offers this box
  bool required = false;            // connecting fails without it
  std::vector<std::string> scopes;  // provider scopes; any one of them in a token proves the grant
  bool confirmed = true;  // false: the scope names are candidates; their absence proves nothing
  std::optional<PermissionProbe> probe;  // for reading only
};

// A permission as the provider's own page lists it ("Employees", read and write).
struct Permission {
  std::string id;
  TextId label;
  TextId description;  // empty: none
  PermissionSide read;
  PermissionSide write;

  [[nodiscard]] const PermissionSide& side(Access access) const {
    return access == Access::kRead ? read : write;
  }
};

enum class Granted { kYes, kNo, kUnknown };

// Whether a token carrying `scopes` has this side. kUnknown when the manifest can't tell from
// scopes (none listed, or unconfirmed ones of which the token has none).
[[nodiscard]] Granted granted(const PermissionSide& side, const std::vector<std::string>& scopes);

}  // namespace patchbay::manifest
