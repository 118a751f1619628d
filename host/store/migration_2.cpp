// Which connector files an operator or a policy has let in.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    R"(CREATE TABLE connector_approvals (
      sha256 TEXT NOT NULL PRIMARY KEY,
      connector_id TEXT NOT NULL,
      version TEXT NOT NULL,
      manifest TEXT NOT NULL,
      signer TEXT NOT NULL,
      reason TEXT NOT NULL,
      actor TEXT NOT NULL,
      decided @int NOT NULL,
      withdrawn @int NOT NULL CHECK (withdrawn IN (0, 1))
    ) @table)",
    "CREATE INDEX connector_approvals_by_connector ON connector_approvals (connector_id, decided)",
});

}  // namespace

constinit const std::span<const std::string_view> migration_2 = kStatements;

}  // namespace patchbay::store
