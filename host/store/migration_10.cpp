// Connect sessions that were passed on to a colleague, and failed flows by account.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    "ALTER TABLE connect_sessions ADD COLUMN passed_on_by TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX connect_sessions_passed_on ON connect_sessions (passed_on_by) WHERE passed_on_by "
    "<> ''",
    "CREATE INDEX flows_by_account ON flows (account_id) WHERE account_id <> ''",
});

}  // namespace

constinit const std::span<const std::string_view> migration_10 = kStatements;

}  // namespace patchbay::store
