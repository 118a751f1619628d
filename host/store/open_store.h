#pragma once
// Opens a database wherever it is.
#include <memory>

#include "base/result.h"
#include "store/database.h"
#include "store/store.h"
#include "store/store_location.h"

namespace patchbay::store {

// As it is, with whatever schema it has.
Result<std::unique_ptr<Database>> open_database(const StoreLocation& location);

// Brings the schema up to date and starts the store. Of several instances that start at once one
// does the first, and the others wait for it.
Result<std::unique_ptr<Store>> open_store(const StoreLocation& location);

}  // namespace patchbay::store
