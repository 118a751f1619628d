#pragma once
// Prepared statements of one SQLite connection, kept by their text; the least recently used one
// goes when the cache is full. The connection's thread only; destroy before the connection.
#include <sqlite3.h>

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace patchbay::store {

class SqliteStatements {
 public:
  SqliteStatements(sqlite3* connection, std::size_t capacity)
      : connection_(connection), capacity_(capacity < 1 ? 1 : capacity) {}

  // A statement ready to bind, valid until the next call; null with `code` set if SQL does not
  // compile. Text behind the first statement does not compile either (SQLITE_MISUSE).
  sqlite3_stmt* get(std::string_view sql, int& code);

  void clear();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Entry {
    std::string sql;
    std::unique_ptr<sqlite3_stmt, Finalize> statement;
  };

  sqlite3* connection_;
  std::size_t capacity_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_sql_;
};

}  // namespace patchbay::store
