#pragma once
// The objects of a JSON file, one after the other, without ever holding the file: a bare array, an
// array under the first key of an object ({"connections": [...]}, {"data": [...]}), one object
// alone, or objects that simply follow each other, as a loop of downloads leaves them. Each is cut
// out by its braces and only then parsed (base/json.h).
#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace patchbay::moving {

class JsonElements {
 public:
  // `in` outlives this. `lists`: keys that an array of elements may stand under.
  JsonElements(std::istream& in, std::vector<std::string_view> lists, std::size_t longest)
      : in_(in), lists_(std::move(lists)), longest_(longest) {}

  struct Element {
    std::int64_t line = 0;  // that it begins in, from 1
    SecretString text;
    bool too_long = false;  // then the text is empty
  };
  // Nothing at the end. kInvalidArgument, with the line: it is no JSON where an element should
  // begin or end.
  Result<std::optional<Element>> next();
  [[nodiscard]] std::int64_t bytes_read() const { return read_; }

 private:
  int get();
  [[nodiscard]] Error broken(const char* what) const;
  int peek_past_blanks();
  Result<> skip_rest_of_object();
  Result<bool> opens_list();
  Result<Element> cut();

  std::istream& in_;
  std::vector<std::string_view> lists_;
  std::size_t longest_;
  std::int64_t read_ = 0;
  std::int64_t line_ = 1;
  std::int64_t began_ = 1;  // line of the object that is looked at
  SecretString begun_;      // of an object that was looked into and is no list
  bool in_list_ = false;    // within [ ]
  bool in_object_ = false;  // that list is a member of an object
};

}  // namespace patchbay::moving
