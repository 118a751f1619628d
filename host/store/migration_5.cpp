// Several hubs on one database: which instances there are, and which of them renews an account's
// tokens.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    R"(CREATE TABLE instances (
      id TEXT NOT NULL PRIMARY KEY,
      process TEXT NOT NULL,
      started @int NOT NULL,
      beat @int NOT NULL,
      sequence @int NOT NULL
    ) @table)",

    R"(CREATE TABLE refresh_leases (
      account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
      holder TEXT NOT NULL,
      fence @int NOT NULL,
      generation @int NOT NULL,
      presented @int NOT NULL,
      presented_at @int NOT NULL,
      retry_at @int NOT NULL,
      last_error TEXT NOT NULL
    ) @table)",
});

}  // namespace

constinit const std::span<const std::string_view> migration_5 = kStatements;

}  // namespace patchbay::store
