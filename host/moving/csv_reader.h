#pragma once
// CSV as RFC 4180 has it: cells between commas, quoted ones with doubled quotes, LF or CRLF, a byte
// order mark tolerated. Also separated by semicolons or tabs, where the first line says so. Reads
// record by record and holds one.
#include <cstdint>
#include <istream>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace patchbay::moving {

class CsvReader {
 public:
  // `in` outlives this.
  CsvReader(std::istream& in, std::size_t longest) : in_(in), longest_(longest) {}

  struct Record {
    std::vector<SecretString> cells;
    std::string problem;  // not empty: what is wrong with it; then there are no cells
  };
  // Nothing at the end; empty lines are passed over. A record that is broken within its line is a
  // problem of its own. kInvalidArgument: a quote that does not close, so that nobody can tell
  // where the next record begins.
  Result<std::optional<Record>> next();
  [[nodiscard]] std::int64_t bytes_read() const { return read_; }

 private:
  int get();
  void find_separator();

  std::istream& in_;
  std::size_t longest_;
  std::int64_t read_ = 0;
  char separator_ = '\0';
};

}  // namespace patchbay::moving
