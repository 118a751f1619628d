#pragma once
// Records of a provider as a table for people: the first few of their members that are no objects
// or lists, in columns as wide as the first page needs them. Control characters become "?".
#include <ostream>
#include <string>
#include <vector>

#include "base/json.h"

namespace patchbay::cli {

class RecordTable {
 public:
  // Outlives this.
  explicit RecordTable(std::ostream& out) : out_(out) {}

  // A list of records, page after page; the first page that has any decides on the columns. What is
  // no object stands on a line of its own.
  void add(const json::Value& page);

 private:
  struct Column {
    std::string name;
    std::size_t width = 0;  // characters
  };
  void choose_columns(const json::Value& page);
  void print_row(const json::Value& record);

  std::ostream& out_;
  std::vector<Column> columns_;
};

// "name  value" lines of an object; anything else as JSON.
void print_record(std::ostream& out, const json::Value& value);

}  // namespace patchbay::cli
