#pragma once
// JSON appended to a string whose memory the caller keeps, for what is written thousands of times a
// second. Byte for byte what json::Writer writes. Any thread.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace patchbay::json {

// With quotes. Text that is not UTF-8 is mended, which takes memory.
void append_text(std::string& out, std::string_view text);
// How many bytes that appends; of UTF-8.
std::size_t text_size(std::string_view text);

// Begins an object when made; end() closes it. Names are the program's own.
class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }

  ObjectText& member(std::string_view name, std::string_view text);
  ObjectText& member(std::string_view name, std::int64_t number);
  ObjectText& time(std::string_view name, std::int64_t unix_ms);  // as iso_time() writes it
  ObjectText& null(std::string_view name);
  void end() { out_ += '}'; }

 private:
  void key(std::string_view name);

  std::string& out_;
  bool is_first_ = true;
};

}  // namespace patchbay::json
