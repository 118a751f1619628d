// Accounts found by owner, connector and status among a million, in the order of their lists.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    "CREATE INDEX accounts_by_owner ON accounts (project_id, owner_id, created, id)",
    "CREATE INDEX accounts_by_connector ON accounts (project_id, connector_id, status, "
    "created, id)",
    "CREATE INDEX accounts_by_status ON accounts (project_id, status, created, id)",
});

}  // namespace

constinit const std::span<const std::string_view> migration_11 = kStatements;

}  // namespace patchbay::store
