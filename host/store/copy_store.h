#pragma once
// Everything in one database, copied into another of either kind: `patchbay store copy`. One
// transaction on each side, alone: the target has all of it or nothing, so that a copy that failed
// is simply made again. Each table is read back from the target and compared, row for row, before
// the target commits.
//
// Sealed values are copied as they are and need the same key.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct TableCopy {
  std::string name;
  std::int64_t rows = 0;
  std::string checksum;  // SHA-256 of its rows in the order of their keys, hex
};

// After every page: which table, and how many of its rows are copied.
using CopyProgress = std::function<void(const std::string& table, std::int64_t rows)>;

// The tables, in the order they were copied. `from` must have this program's schema
// (kConfiguration); `to` gets it here. kConflict: `to` holds rows already. kStorage: what `to`
// gives back is not what it was given. kOutcomeUnknown: `to` may have all of it.
Result<std::vector<TableCopy>> copy_store(Database& from, Database& to,
                                          const CopyProgress& progress = {});

// The same figures of one database, to compare; in a read transaction of its own.
Result<std::vector<TableCopy>> checksum_store(Database& database);

}  // namespace patchbay::store
