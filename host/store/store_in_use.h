#pragma once
// Whether a hub, or another command of ours, has a store open. For commands that must be alone for
// longer than a transaction; the answer is of the moment it was given.
#include "base/result.h"
#include "store/store_location.h"

namespace patchbay::store {

// Ask before opening it here. SQLite: any other process, by the lock it holds on the -shm file.
// PostgreSQL: any session in the same schema, from whatever machine.
Result<bool> is_in_use(const StoreLocation& location);

}  // namespace patchbay::store
