#pragma once
// The schema's history: numbered steps, forward only, each in one transaction together with the
// new version number. A database newer than this program is refused (kConfiguration), never
// guessed at.
#include <cstdint>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

std::int64_t latest_schema_version();

// 0 for an empty database.
Result<std::int64_t> schema_version(Database& database);

Result<void> migrate(Database& database);

// For tests of each step: stops at `version`.
Result<void> migrate_to(Database& database, std::int64_t version);

}  // namespace patchbay::store
