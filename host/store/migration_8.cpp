// Roles for people: a sign-in link says who it is for and what they may do. Those made before are
// an admin's.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    "ALTER TABLE signin_links ADD COLUMN role TEXT NOT NULL DEFAULT 'admin'",
    "ALTER TABLE signin_links ADD COLUMN person TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE operator_sessions ADD COLUMN role TEXT NOT NULL DEFAULT 'admin'",
    "ALTER TABLE operator_sessions ADD COLUMN person TEXT NOT NULL DEFAULT ''",
});

}  // namespace

constinit const std::span<const std::string_view> migration_8 = kStatements;

}  // namespace patchbay::store
