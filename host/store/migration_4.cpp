// Backups and restores: which epoch of the database this is, and which accounts hold credentials
// that came back from a backup.
#include <array>

#include "store/migration_steps.h"

namespace patchbay::store {
namespace {

constexpr auto kStatements = std::to_array<std::string_view>({
    R"(CREATE TABLE store_epoch (
      id @int PRIMARY KEY CHECK (id = 1),
      epoch @int NOT NULL,
      backup_taken @int NOT NULL,
      restored @int NOT NULL
    ) @table)",
    "INSERT INTO store_epoch (id, epoch, backup_taken, restored) VALUES (1, 1, 0, 0)",

    R"(CREATE TABLE restored_accounts (
      account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
      generation @int NOT NULL
    ) @table)",
});

}  // namespace

constinit const std::span<const std::string_view> migration_4 = kStatements;

}  // namespace patchbay::store
