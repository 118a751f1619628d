#pragma once
// Bringing a store's schema up to date apart from starting a hub on it: `patchbay store migrate`.
// Blocks the calling thread; not for a loop.
#include <cstdint>
#include <functional>

#include "base/result.h"
#include "store/store_location.h"

namespace patchbay::store {

// The schema version that is there; 0: an empty database. Changes nothing, and a hub may be at
// work. kNotFound: no such file. kConfiguration: newer than this program knows.
Result<std::int64_t> find_schema_version(const StoreLocation& location);

// kConflict when a hub, or another command, has the store open. For a file this is certain until
// somebody opens it; for PostgreSQL it is of the moment.
Result<> require_unused(const StoreLocation& location);

// One version after the other, each a transaction of its own: cut short, it is at one of them, and
// the same call goes on from there. `reached` is told each version. A file is held alone meanwhile
// (database_lock.h); kConflict when it can't be, or when somebody has the PostgreSQL schema open.
Result<> migrate_store(const StoreLocation& location,
                       const std::function<void(std::int64_t version)>& reached);

}  // namespace patchbay::store
