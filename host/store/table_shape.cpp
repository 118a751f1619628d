#include "store/table_shape.h"

#include <algorithm>
#include <map>
#include <set>

namespace patchbay::store {
namespace {

// With the columns of each key by their place in it.
using Tables = std::map<std::string, TableShape>;

Result<Tables> read_columns(Database& database) {
  Tables tables;
  std::map<std::string, std::map<std::int64_t, std::string>> keys;
  PATCHBAY_TRY_ASSIGN(const auto rows, database.query(database.dialect().list_columns));
  for (const auto& row : rows) {
    const auto& name = row.text(0);
    if (name == "schema_version") continue;
    auto& table = tables[name];
    table.name = name;
    table.columns.push_back({row.text(1), row.flag(2)});
    if (row.flag(3)) table.serial = row.text(1);
    if (row.integer(4) > 0) keys[name][row.integer(4)] = row.text(1);
  }
  for (auto& [name, table] : tables) {
    std::ranges::sort(table.columns, {}, &ColumnShape::name);
    for (const auto& [place, column] : keys[name]) {
      const auto at = std::ranges::find(table.columns, column, &ColumnShape::name);
      table.key.push_back(static_cast<std::size_t>(at - table.columns.begin()));
    }
    if (table.key.empty())
      return make_error(ErrorCode::kInternal, "The table " + name + " has no primary key.");
  }
  return tables;
}

bool all_known(const std::vector<std::string>& names, const std::set<std::string>& known) {
  return std::ranges::all_of(names, [&](const auto& name) { return known.contains(name); });
}

Result<std::vector<TableShape>> in_order(Tables tables) {
  std::vector<TableShape> out;
  std::set<std::string> placed;
  while (!tables.empty()) {
    const auto next = std::ranges::find_if(
        tables, [&](const auto& entry) { return all_known(entry.second.refers_to, placed); });
    if (next == tables.end())
      return make_error(ErrorCode::kInternal, "The tables refer to each other in a circle.");
    placed.insert(next->first);
    out.push_back(std::move(next->second));
    tables.erase(next);
  }
  return out;
}

}  // namespace

Result<std::vector<TableShape>> table_shapes(Database& database) {
  PATCHBAY_TRY_ASSIGN(auto tables, read_columns(database));
  PATCHBAY_TRY_ASSIGN(const auto references, database.query(database.dialect().list_references));
  for (const auto& row : references) {
    if (row.text(0) != row.text(1)) tables[row.text(0)].refers_to.push_back(row.text(1));
  }
  return in_order(std::move(tables));
}

}  // namespace patchbay::store
