#pragma once
// Values on their way to PostgreSQL and back. Text and bytes travel as they are, in binary; numbers
// go as decimal text, so that the server may give them the type it needs, and come back in binary.
#include <libpq-fe.h>

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace patchbay::store {

// The arrays that libpq wants. Borrows what the parameters borrow.
class PostgresParams {
 public:
  // kTooLarge above 16 MiB for one value, as in SQLite.
  static Result<PostgresParams> make(std::span<const Param> params);

  [[nodiscard]] int count() const { return static_cast<int>(values_.size()); }
  [[nodiscard]] const char* const* values() const { return values_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  void add(const char* value, std::size_t length, int format);

  std::deque<std::string> numbers_;  // never moves what it holds
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// All rows of a result in binary format. kInternal for a column type the store does not use.
Result<Rows> read_rows(const PGresult* result);

}  // namespace patchbay::store
