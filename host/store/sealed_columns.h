#pragma once
// Every column whose bytes the vault sealed, in one list: what key rotation walks through. A new
// table with a sealed column gets a line here, and a `data_key_id` beside the column; a test finds
// the one that was forgotten.
//
// The walk needs to know a record's place (vault.h) from its row alone: the row's project, its id,
// and either a column with the name of the value, or one fixed name.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "vault/vault.h"

namespace patchbay::store {

struct SealedColumn {
  std::string_view table;
  std::string_view column;
  std::string_view id;          // the column Place::row_id is taken from; first of the primary key
  std::string_view name;        // column with Place::column, second of the primary key; empty: none
  std::string_view fixed_name;  // Place::column when there is no such column
  std::string_view generation;  // column with Place::generation; empty: always 0
};

std::span<const SealedColumn> sealed_columns();

// For a row's data_key_id: the data key that sealed the record; nothing for an empty column.
std::optional<std::string> data_key_of(std::string_view sealed);

struct SealedRow {
  std::string id;
  std::string name;  // empty where the table has none
  std::string project_id;
  std::int64_t generation = 0;
  std::string sealed;

  // Borrows from the row and the column.
  [[nodiscard]] vault::Place place(const SealedColumn& column) const;
};

namespace sealed_rows {

// Rows behind (id, name), in that order, whose record another key than `key_id` sealed.
Result<std::vector<SealedRow>> not_sealed_with(Database& db, const SealedColumn& column,
                                               std::string_view key_id, std::string_view after_id,
                                               std::string_view after_name, std::int64_t limit);

// Puts `sealed` in the place of what was read. False: somebody else was first, theirs stays.
Result<bool> replace(Database& db, const SealedColumn& column, const SealedRow& read,
                     std::string_view sealed);

// How many records each data key seals; under "" those of rows that do not name theirs yet.
struct KeyUse {
  std::string key_id;
  std::int64_t records = 0;
};
Result<std::vector<KeyUse>> count_by_key(Database& db);

}  // namespace sealed_rows
}  // namespace patchbay::store
