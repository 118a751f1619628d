#pragma once
// One connection to one database: SQLite or PostgreSQL, two implementations of the same contract
// (tests/unit/store_database_test.cpp). One thread at a time; Store owns that thread.
//
// SQL is written once, for both: `?` placeholders in order, text ids, times as unix milliseconds,
// booleans as 0/1, `ON CONFLICT` and `RETURNING` allowed. What differs stands in Dialect.
//
// Errors: kConflict when a unique key is taken; kInvalidArgument when another constraint refuses
// the row; kStorage when the database itself is locked, full, read-only, damaged or out of reach,
// with a text that says what to do; kOutcomeUnknown from commit() and outside of a transaction.
// After an error inside a transaction, return it: the transaction is over.
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
  [[nodiscard]] bool is_integer(std::size_t column) const {
    return std::holds_alternative<std::int64_t>(values_.at(column));
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

enum class Access : std::uint8_t {
  kRead,   // one state, however many statements; refuses to write
  kWrite,  // see Database::begin
  kAlone,  // nobody else writes meanwhile, in any process: for what rests on something not being
           // there, which no changed row would tell
};

// The words that the databases do not share.
struct Dialect {
  std::string_view int64;         // "INTEGER"
  std::string_view bytes;         // "BLOB"
  std::string_view text;          // "TEXT", sorted by its bytes
  std::string_view serial_key;    // column type of an ever-growing integer primary key
  std::string_view table_suffix;  // "STRICT"
  // Ends a SELECT that claims rows: those which another transaction has claimed are left out.
  std::string_view skip_locked;
  // The highest number that a serial key gave (? table, ? column), and what makes a new table's go
  // on after another one (? table, ? column, ? number).
  std::string_view serial_last;
  std::string_view serial_continue;
  // A SELECT of the time that all processes on this database share, in unix milliseconds; empty:
  // they are on one machine and share its clock.
  std::string_view shared_time;
  // Of all tables: (table, column, 1 if it holds bytes, 1 if it is a serial key, place in the
  // primary key from 1, or 0), and (table, table it refers to).
  std::string_view list_columns;
  std::string_view list_references;
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

  // What a transaction reads is one state, and what it changes is as it read it: when somebody
  // else has changed such a row meanwhile, the statement fails and the transaction may_rerun().
  // SQLite has one writer at a time and takes the lock here, so there it never comes to that.
  virtual Result<void> begin(Access access) = 0;
  // kOutcomeUnknown: the connection broke before the answer came, and the outcome could not be
  // looked up afterwards. Every other error: nothing was changed.
  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;  // nothing to do outside a transaction
  [[nodiscard]] virtual bool in_transaction() const = 0;

  // The error of this transaction, or of the one that ended last, has its reason outside of it:
  // somebody else was faster, a deadlock, a lost connection. Rolled back and begun again, the same
  // may work. Until begin().
  [[nodiscard]] virtual bool may_rerun() const { return false; }

  virtual Result<bool> has_table(std::string_view name) = 0;
  [[nodiscard]] virtual const Dialect& dialect() const = 0;
};

}  // namespace patchbay::store
