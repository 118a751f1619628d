#include "store/copy_store.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/hash.h"
#include "store/migrations.h"
#include "store/row_helpers.h"
#include "store/table_shape.h"

namespace patchbay::store {
namespace {

constexpr std::int64_t kPage = 500;

std::string joined(const std::vector<ColumnShape>& columns) {
  std::string out;
  for (const auto& column : columns) out += (out.empty() ? "" : ", ") + column.name;
  return out;
}

std::string key_of(const TableShape& table) {
  std::string out;
  for (const auto at : table.key) out += (out.empty() ? "" : ", ") + table.columns[at].name;
  return out;
}

// Borrows from the row.
Param value_of(const Row& row, const TableShape& table, std::size_t column) {
  if (row.is_null(column)) return std::nullopt;
  if (row.is_integer(column)) return row.integer(column);
  if (table.columns[column].is_bytes) return BlobView{row.text(column)};
  return row.text(column);
}

// The rows of a table in the order of its key, page by page.
class TableReader {
 public:
  TableReader(Database& database, const TableShape& table) : database_(database), table_(table) {}

  // Empty at the end.
  Result<Rows> next() {
    std::vector<Param> params;
    std::string where;
    if (last_) {
      where = " WHERE (" + key_of(table_) + ") > (" + placeholders(table_.key.size()) + ")";
      for (const auto at : table_.key) params.push_back(value_of(*last_, table_, at));
    }
    params.emplace_back(kPage);
    PATCHBAY_TRY_ASSIGN(
        auto rows, database_.query("SELECT " + joined(table_.columns) + " FROM " + table_.name +
                                       where + " ORDER BY " + key_of(table_) + " LIMIT ?",
                                   params));
    if (!rows.empty()) last_ = rows.back();
    return rows;
  }

 private:
  Database& database_;
  const TableShape& table_;
  std::optional<Row> last_;
};

// Counts rows, and chains their hashes.
class Checksum {
 public:
  explicit Checksum(const TableShape& table) : table_(table), chain_(joined(table.columns)) {}

  // Unambiguous: each value with its kind and length before it.
  void add(const Row& row) {
    std::string text = std::move(chain_);
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      if (row.is_null(i)) {
        text += "n;";
      } else if (row.is_integer(i)) {
        text += "i" + std::to_string(row.integer(i)) + ";";
      } else {
        text += "t" + std::to_string(row.text(i).size()) + ":" + row.text(i);
      }
    }
    chain_ = sha256_hex(text);
    ++rows_;
  }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] TableCopy result() const { return {table_.name, rows_, sha256_hex(chain_)}; }

 private:
  const TableShape& table_;
  std::int64_t rows_ = 0;
  std::string chain_;
};

Result<TableCopy> checksum_table(Database& database, const TableShape& table) {
  TableReader reader(database, table);
  Checksum sum(table);
  for (;;) {
    PATCHBAY_TRY_ASSIGN(const auto rows, reader.next());
    if (rows.empty()) return sum.result();
    for (const auto& row : rows) sum.add(row);
  }
}

// Never back: what it set outlives a transaction that is undone.
Result<void> copy_serial(Database& from, Database& to, const TableShape& table) {
  if (table.serial.empty()) return {};
  const auto last_of = [&](Database& database) {
    return single_integer(
        database.query(database.dialect().serial_last, {table.name, table.serial}));
  };
  PATCHBAY_TRY_ASSIGN(const auto given, last_of(from));
  PATCHBAY_TRY_ASSIGN(const auto given_there, last_of(to));
  if (given > given_there)
    PATCHBAY_TRY(to.query(to.dialect().serial_continue, {table.name, table.serial, given}));
  return {};
}

// Counts the rows of all tables for whoever watches.
class Progress {
 public:
  explicit Progress(const TableProgress& tell) : tell_(tell) {}
  void page(const std::string& table, std::int64_t rows_of_table, std::size_t rows) {
    of_all_ += static_cast<std::int64_t>(rows);
    if (tell_) tell_(table, rows_of_table, of_all_);
  }

 private:
  const TableProgress& tell_;
  std::int64_t of_all_ = 0;
};

Result<TableCopy> copy_table(Database& from, Database& to, const TableShape& table,
                             Progress& progress) {
  PATCHBAY_TRY(copy_serial(from, to, table));
  const std::string insert = "INSERT INTO " + table.name + " (" + joined(table.columns) +
                             ") VALUES (" + placeholders(table.columns.size()) + ")";
  TableReader reader(from, table);
  Checksum sum(table);
  for (;;) {
    PATCHBAY_TRY_ASSIGN(const auto rows, reader.next());
    if (rows.empty()) return sum.result();
    for (const auto& row : rows) {
      std::vector<Param> values;
      values.reserve(table.columns.size());
      for (std::size_t i = 0; i < table.columns.size(); ++i)
        values.push_back(value_of(row, table, i));
      PATCHBAY_TRY(to.execute(insert, values));
      sum.add(row);
    }
    progress.page(table.name, sum.rows(), rows.size());
  }
}

// The rows that a new schema begins with are no content.
Result<void> require_empty(Database& to, const std::vector<TableShape>& tables) {
  PATCHBAY_TRY(to.execute("DELETE FROM change_sequence WHERE value = 1"));
  PATCHBAY_TRY_ASSIGN(const bool has_epoch, to.has_table("store_epoch"));
  if (has_epoch) PATCHBAY_TRY(to.execute("DELETE FROM store_epoch WHERE epoch = 1"));
  for (const auto& table : tables) {
    PATCHBAY_TRY_ASSIGN(const auto rows, to.query("SELECT 1 FROM " + table.name + " LIMIT 1"));
    if (!rows.empty())
      return make_error(ErrorCode::kConflict, "The target holds data already (in " + table.name +
                                                  "). Name an empty database or a new file; "
                                                  "nothing was changed.");
  }
  return {};
}

Result<void> require_same(const TableCopy& given, const TableCopy& found) {
  if (given.rows == found.rows && given.checksum == found.checksum) return {};
  return make_error(ErrorCode::kStorage,
                    "The target does not give back what was copied into " + given.name + " (" +
                        std::to_string(found.rows) + " of " + std::to_string(given.rows) +
                        " rows, or other content). Nothing was kept there; look at its disk.");
}

bool is_same(const TableCopy& one, const TableCopy& other) {
  return one.name == other.name && one.rows == other.rows && one.checksum == other.checksum;
}

Result<std::vector<TableCopy>> checksum_tables(Database& database,
                                               const std::vector<TableShape>& tables) {
  std::vector<TableCopy> out;
  out.reserve(tables.size());
  for (const auto& table : tables) {
    PATCHBAY_TRY_ASSIGN(auto sum, checksum_table(database, table));
    out.push_back(std::move(sum));
  }
  return out;
}

// Those that refer to others first.
Result<void> clear(Database& to, const std::vector<TableShape>& tables,
                   const std::vector<TableCopy>& held) {
  PATCHBAY_TRY_ASSIGN(const auto now, checksum_tables(to, tables));
  if (!std::equal(now.begin(), now.end(), held.begin(), held.end(), is_same))
    return make_error(ErrorCode::kConflict,
                      "Somebody wrote in the database meanwhile; nothing was changed. Stop every "
                      "hub on it, then run this again.");
  for (auto table = tables.rbegin(); table != tables.rend(); ++table)
    PATCHBAY_TRY(to.execute("DELETE FROM " + table->name));
  return {};
}

Result<std::vector<TableCopy>> copy_all(Database& from, Database& to,
                                        const std::vector<TableCopy>* held,
                                        const TableProgress& tell) {
  PATCHBAY_TRY_ASSIGN(const auto tables, table_shapes(from));
  PATCHBAY_TRY(held == nullptr ? require_empty(to, tables) : clear(to, tables, *held));
  std::vector<TableCopy> copied;
  copied.reserve(tables.size());
  Progress progress(tell);
  for (const auto& table : tables) {
    PATCHBAY_TRY_ASSIGN(auto copy, copy_table(from, to, table, progress));
    copied.push_back(std::move(copy));
  }
  // A server ends transactions in which nothing happens for long, and what follows may take long.
  from.rollback();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    PATCHBAY_TRY_ASSIGN(const auto found, checksum_table(to, tables[i]));
    PATCHBAY_TRY(require_same(copied[i], found));
  }
  return copied;
}

// `held`: what the target gives up; null: it must be empty.
Result<std::vector<TableCopy>> copy_within(Database& from, Access reading, Database& to,
                                           const std::vector<TableCopy>* held,
                                           const TableProgress& progress) {
  PATCHBAY_TRY(from.begin(reading));
  auto begun = to.begin(Access::kAlone);
  auto copied = begun ? copy_all(from, to, held, progress) : begun.error();
  if (copied) {
    if (auto committed = to.commit(); !committed) copied = committed.error();
  }
  to.rollback();
  from.rollback();
  return copied;
}

Result<void> require_current_schema(Database& from) {
  PATCHBAY_TRY_ASSIGN(const auto version, schema_version(from));
  if (version == latest_schema_version()) return {};
  return make_error(ErrorCode::kConfiguration,
                    "The source has schema version " + std::to_string(version) +
                        " where this program has " + std::to_string(latest_schema_version()) +
                        ". Start the hub of this version on it once, then copy.");
}

}  // namespace

Result<std::vector<TableCopy>> copy_store(Database& from, Database& to,
                                          const TableProgress& progress) {
  PATCHBAY_TRY(require_current_schema(from));
  PATCHBAY_TRY(migrate(to));
  return copy_within(from, Access::kAlone, to, nullptr, progress);
}

Result<std::vector<TableCopy>> copy_snapshot(Database& from, Database& to,
                                             const TableProgress& progress) {
  PATCHBAY_TRY(migrate_to(from, 0));  // refuses what is newer than this program
  PATCHBAY_TRY_ASSIGN(const auto version, schema_version(from));
  if (version == 0) return make_error(ErrorCode::kStorage, "The source is empty.");
  PATCHBAY_TRY(migrate_to(to, version));
  return copy_within(from, Access::kRead, to, nullptr, progress);
}

Result<std::vector<TableCopy>> replace_store(Database& from, Database& to,
                                             const std::vector<TableCopy>& held,
                                             const TableProgress& progress) {
  PATCHBAY_TRY(require_current_schema(from));
  PATCHBAY_TRY(require_current_schema(to));
  return copy_within(from, Access::kAlone, to, &held, progress);
}

Result<std::vector<TableCopy>> checksum_store(Database& database) {
  PATCHBAY_TRY(database.begin(Access::kRead));
  const auto tables = table_shapes(database);
  auto out = tables ? checksum_tables(database, *tables) : tables.error();
  database.rollback();
  return out;
}

Result<std::int64_t> count_rows(Database& database) {
  PATCHBAY_TRY_ASSIGN(const auto tables, table_shapes(database));
  std::int64_t all = 0;
  for (const auto& table : tables) {
    PATCHBAY_TRY_ASSIGN(const auto rows,
                        single_integer(database.query("SELECT count(*) FROM " + table.name)));
    all += rows;
  }
  return all;
}

}  // namespace patchbay::store
