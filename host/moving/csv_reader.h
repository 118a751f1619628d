#pragma once
// CSV as RFC 4180 has it, read by libcsv: cells between commas, quoted ones with doubled quotes, LF
// or CRLF, a byte order mark tolerated. Also separated by semicolons or tabs, where the first line
// says so. Goes record by record and holds one; its buffers are wiped.
#include <csv.h>

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace patchbay::moving {

class CsvReader {
 public:
  // `in` outlives this.
  CsvReader(std::istream& in, std::size_t longest);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  struct Record {
    std::int64_t line = 0;  // that it begins in, from 1
    std::vector<SecretString> cells;
    std::string problem;  // not empty: what is wrong with it; then there are no cells
  };
  // Nothing at the end; empty lines are passed over. kInvalidArgument, with the line: a quote out
  // of place, or one that does not close, so that nobody can tell where the next record begins.
  Result<std::optional<Record>> next();
  [[nodiscard]] std::int64_t bytes_read() const { return read_; }

 private:
  std::string_view read_line();
  void choose_separator(std::string_view header);

  std::istream& in_;
  std::vector<char, WipingAllocator<char>> text_;  // a line
  csv_parser parser_{};
  std::int64_t read_ = 0;
  std::int64_t lines_ = 0;
};

}  // namespace patchbay::moving
