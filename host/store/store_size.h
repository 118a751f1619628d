#pragma once
// How much room a store takes, for people.
#include <cstdint>

#include "base/result.h"
#include "store/database.h"
#include "store/store_location.h"

namespace patchbay::store {

struct StoreSize {
  std::int64_t database = 0;  // bytes
  // Of SQLite's write-ahead log (sqlite.org/wal.html); 0 elsewhere.
  std::int64_t write_ahead = 0;
};

// Asks the database, and for the write-ahead log the file's folder.
Result<StoreSize> size_of_store(Database& db, const StoreLocation& location);

}  // namespace patchbay::store
