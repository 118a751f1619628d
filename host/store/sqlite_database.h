#pragma once
// SQLite behind Database: one file (mode 0600, in a folder made with mode 0700), write-ahead log,
// fsync before a commit is acknowledged, foreign keys enforced, deleted content overwritten,
// nothing in the file's schema trusted. Statements are prepared once and kept. Whoever has it open
// shares a lock beside it (database_lock.h), so that no restore replaces it meanwhile.
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

enum class SqliteUse : std::uint8_t {
  kShared,    // the hub's own database: made when it is not there
  kAlone,     // a file nobody else knows, e.g. a backup in the making: no lock, no write-ahead log
  kReadOnly,  // as it lies there: no lock, nothing is changed
};

struct SqliteOptions {
  std::string path;             // ":memory:" for tests and the simulator
  int busy_timeout_ms = 5'000;  // how long to wait for another process's lock
  std::int64_t max_pages = 0;   // upper bound on the file, in pages of 4 KiB; 0: none
  std::size_t cached_statements = 128;
  SqliteUse use = SqliteUse::kShared;
};

// Creates the file if there is none; refuses a file that is not a Patchbay database. kStorage.
Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

}  // namespace patchbay::store
