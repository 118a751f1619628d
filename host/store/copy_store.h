#pragma once
// Everything in one database, copied into another of either kind: `patchbay store copy`, and what
// backups of PostgreSQL are made and put back with. One transaction on each side: the target has
// all of it or nothing, so that a copy that failed is simply made again. Each table is read back
// from the target and compared, row for row, before the target commits.
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

// After every page: which table, how many of its rows are copied, and how many of all tables.
using TableProgress =
    std::function<void(const std::string& table, std::int64_t rows, std::int64_t of_all)>;

// Each returns the tables, in the order they were copied. `from` must have this program's schema,
// or, for a snapshot, an earlier one (kConfiguration). kStorage: what `to` gives back is not what
// it was given. kOutcomeUnknown: `to` may have all of it.

// Nobody else writes in either meanwhile. `to` gets the schema here; kConflict: it holds rows
// already.
Result<std::vector<TableCopy>> copy_store(Database& from, Database& to,
                                          const TableProgress& progress = {});

// The same while others write in `from`: what it held at one moment, with the schema it has.
Result<std::vector<TableCopy>> copy_snapshot(Database& from, Database& to,
                                             const TableProgress& progress = {});

// What `to` holds gives way to what `from` holds. `held` are its figures as they were when somebody
// last looked; kConflict: it holds something else by now. Numbers that it has given are not given
// again.
Result<std::vector<TableCopy>> replace_store(Database& from, Database& to,
                                             const std::vector<TableCopy>& held,
                                             const TableProgress& progress = {});

// The same figures of one database, to compare; in a read transaction of its own.
Result<std::vector<TableCopy>> checksum_store(Database& database);

// How many rows all tables have, about: others may write meanwhile.
Result<std::int64_t> count_rows(Database& database);

}  // namespace patchbay::store
