#pragma once
// The lines of a file from its end to its beginning, in memory of a few lines. Half a line at the
// end, which somebody may be writing, is left out. The file is open only while it is read.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace patchbay::audit {

class LinesBackwards {
 public:
  struct Line {
    std::string text;         // without its line break
    std::int64_t offset = 0;  // of its first byte
  };

  explicit LinesBackwards(std::string path) : path_(std::move(path)) {}

  // Begins with the last line. kStorage.
  Result<> open();
  // Begins a few lines behind the last one whose time is not after `time`, found by halving; for
  // files whose lines are events in the order of their time.
  Result<> open_at(const std::string& time);
  // The one before the last that was given; nothing at the file's beginning. A line of more than
  // kMaxAuditLine comes in pieces that are no audit lines.
  Result<std::optional<Line>> next();

  [[nodiscard]] std::size_t bytes_read() const { return bytes_read_; }

 private:
  Result<std::string> read(std::int64_t from, std::int64_t to);
  Result<std::optional<Line>> line_after(std::int64_t offset, std::int64_t end);
  Result<> end_with_a_whole_line();
  Result<bool> read_more();

  std::string path_;
  std::string buffer_;      // ends in the line break of the next line; file's bytes from begin_ on
  std::int64_t begin_ = 0;  // what is before has not been read
  std::int64_t chunk_ = 4096;
  std::size_t bytes_read_ = 0;
};

}  // namespace patchbay::audit
