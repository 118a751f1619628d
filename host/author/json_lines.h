#pragma once
// In which line of a JSON text a value stands, for messages about what is wrong with it. Reads as
// far as the text is well-formed; hostile texts cost time and memory in proportion to their length.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace patchbay::author {

class JsonLines {
 public:
  // `text` is not kept.
  explicit JsonLines(std::string_view text);

  // Counted from 1. Of a value that is not there: of the nearest one around it.
  [[nodiscard]] std::size_t of(std::string_view pointer) const;

  // Where reading ended: at the fault, if there is one.
  [[nodiscard]] std::size_t end() const { return end_; }

 private:
  class Scan;
  std::map<std::string, std::size_t, std::less<>> lines_;  // by JSON pointer (RFC 6901)
  std::size_t end_ = 1;
};

}  // namespace patchbay::author
