#pragma once
// What tables there are, as the database itself tells: for work on all of them that needs no
// change when a migration adds one.
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

struct ColumnShape {
  std::string name;
  bool is_bytes = false;
};

struct TableShape {
  std::string name;
  std::vector<ColumnShape> columns;    // by name
  std::vector<std::size_t> key;        // the primary key's columns, in its order
  std::string serial;                  // the column of an ever-growing key; empty: none
  std::vector<std::string> refers_to;  // other tables
};

// Every table comes after those it refers to; the schema's version number is not among them.
// kInternal for a table without a primary key, or a circle of references.
Result<std::vector<TableShape>> table_shapes(Database& database);

}  // namespace patchbay::store
