#pragma once
// One counter for the whole installation, raised in each transaction that takes access away
// (suspend, revoke, delete, reconnect) or gives it back. An instance that serves tokens from memory
// compares it to know whether what it remembers still holds (instances/instance.h).
#include <cstdint>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store::change_sequence_table {

Result<std::int64_t> bump(Database& db);  // returns the new value
Result<std::int64_t> current(Database& db);

}  // namespace patchbay::store::change_sequence_table
