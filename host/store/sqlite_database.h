#pragma once
// SQLite behind Database: one file (mode 0600, in a folder made with mode 0700), write-ahead log,
// fsync before a commit is acknowledged, foreign keys enforced, deleted content overwritten,
// nothing in the file's schema trusted. Statements are prepared once and kept.
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct SqliteOptions {
  std::string path;             // ":memory:" for tests and the simulator
  int busy_timeout_ms = 5'000;  // how long to wait for another process's lock
  std::int64_t max_pages = 0;   // upper bound on the file, in pages of 4 KiB; 0: none
  std::size_t cached_statements = 128;
};

// Creates the file if there is none; refuses a file that is not a Patchbay database. kStorage.
Result<std::unique_ptr<Database>> open_sqlite(const SqliteOptions& options);

}  // namespace patchbay::store
