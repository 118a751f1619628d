#pragma once
// One row about the database itself. Each restore begins a new epoch: the database went back in
// time, and what it says about tokens is older than what providers know.
#include <cstdint>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct StoreEpoch {
  std::int64_t epoch = 1;
  std::int64_t backup_taken =
      0;                      // unix ms; in a backup: when it was made. Later: the last restored
  std::int64_t restored = 0;  // unix ms; 0: never
};

namespace store_epoch_table {

Result<StoreEpoch> current(Database& db);
Result<void> set_backup_taken(Database& db, std::int64_t now_ms);
Result<void> begin_next(Database& db, std::int64_t now_ms);

}  // namespace store_epoch_table
}  // namespace patchbay::store
