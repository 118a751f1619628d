#pragma once
// One connection to one database: SQLite today, PostgreSQL as a second implementation of the same
// contract (tests/unit/store_database_test.cpp). One thread at a time; Store owns that thread.
//
// SQL is written once, for both: `?` placeholders in order, text ids, times as unix milliseconds,
// booleans as 0/1, `ON CONFLICT` and `RETURNING` allowed. Only DDL differs, through Dialect.
//
// Errors: kConflict when a unique key is taken; kInvalidArgument when another constraint refuses
// the row; kStorage when the database itself is locked, full, read-only or damaged, with a text
// that says what to do. After an error inside a transaction, return it: the transaction is over.
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace patchbay::store {

struct BlobView {
  std::string_view bytes;
};

// One value for one `?`. Borrows text and blobs: they must live until the call returns.
class Param {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string_view, BlobView>;

  Param(std::nullopt_t /*null*/) {}                    // NOLINT(google-explicit-constructor)
  Param(std::int64_t number) : value_(number) {}       // NOLINT(google-explicit-constructor)
  Param(int number) : value_(std::int64_t{number}) {}  // NOLINT(google-explicit-constructor)
  Param(bool flag) : value_(std::int64_t{flag}) {}     // NOLINT(google-explicit-constructor)
  Param(std::string_view text) : value_(text) {}       // NOLINT(google-explicit-constructor)
  Param(const char* text)
      : value_(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  Param(const std::string& text)
      : value_(std::string_view(text)) {}          // NOLINT(google-explicit-constructor)
  Param(BlobView blob) : value_(blob) {}           // NOLINT(google-explicit-constructor)
  Param(const std::optional<std::string>& text) {  // NOLINT(google-explicit-constructor)
    if (text) value_ = std::string_view(*text);
  }

  [[nodiscard]] const Value& value() const { return value_; }

 private:
  Value value_;
};

// One result row, owned. Columns by position from 0. Asking for a column that is not there, or for
// another type, is a programming mistake and throws; Store turns it into kInternal.
class Row {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string>;
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  [[nodiscard]] bool is_null(std::size_t column) const {
    return std::holds_alternative<std::monostate>(values_.at(column));
  }
  [[nodiscard]] std::int64_t integer(std::size_t column) const {
    return std::get<std::int64_t>(values_.at(column));
  }
  [[nodiscard]] bool flag(std::size_t column) const { return integer(column) != 0; }
  // Text and blobs alike.
  [[nodiscard]] const std::string& text(std::size_t column) const {
    return std::get<std::string>(values_.at(column));
  }
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }

 private:
  std::vector<Value> values_;
};

using Rows = std::vector<Row>;

enum class Access : std::uint8_t { kRead, kWrite };

// What CREATE TABLE calls things.
struct Dialect {
  std::string_view int64;         // "INTEGER"
  std::string_view bytes;         // "BLOB"
  std::string_view serial_key;    // column type of an ever-growing integer primary key
  std::string_view table_suffix;  // "STRICT"
};

class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  // All rows of a SELECT or a RETURNING. Lists are paged by their callers.
  Result<Rows> query(std::string_view sql, std::initializer_list<Param> params = {}) {
    return query(sql, std::span(params.begin(), params.size()));
  }
  virtual Result<Rows> query(std::string_view sql, std::span<const Param> params) = 0;

  // Number of rows changed.
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Param> params = {}) {
    return execute(sql, std::span(params.begin(), params.size()));
  }
  virtual Result<std::int64_t> execute(std::string_view sql, std::span<const Param> params) = 0;

  // kWrite takes the write lock at once, so that a transaction never fails half way for want of
  // it. Reads within one transaction see one state.
  virtual Result<void> begin(Access access) = 0;
  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;  // nothing to do outside a transaction
  [[nodiscard]] virtual bool in_transaction() const = 0;

  virtual Result<bool> has_table(std::string_view name) = 0;
  [[nodiscard]] virtual const Dialect& dialect() const = 0;
};

}  // namespace patchbay::store
