#pragma once
// Prepared statements of one PostgreSQL session, kept by their text; the least recently used one
// goes when there are too many. One thread at a time.
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/postgres_connection.h"

namespace patchbay::store {

class PostgresStatements {
 public:
  PostgresStatements(PostgresConnection& connection, std::size_t capacity)
      : connection_(connection), capacity_(capacity < 1 ? 1 : capacity) {}

  struct Prepared {
    std::string name;  // empty when preparing failed
    std::size_t placeholders = 0;
    PostgresResult failure;  // null with an empty name: the connection is lost
  };

  // `sql` has `?` placeholders. A new session begins with nothing prepared.
  Prepared get(std::string_view sql);

 private:
  struct Entry {
    std::string sql;
    std::string name;
    std::size_t placeholders;
  };

  void make_room();

  PostgresConnection& connection_;
  std::size_t capacity_;
  int session_ = 0;
  std::uint64_t prepared_ = 0;  // ever, for names
  std::list<Entry> entries_;    // most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_sql_;
};

}  // namespace patchbay::store
