#pragma once
// JSON for people to read on a page. Pure functions.
#include <cstddef>
#include <string>

#include "base/json.h"

namespace patchbay::web {

struct IndentedJson {
  std::string text;
  bool shortened = false;  // something was left out
};

// Indented by two blanks. Ends at the line with which `max_bytes` are passed; texts in it of more
// than 2,000 bytes are cut off.
IndentedJson indented_json(const json::Value& value, std::size_t max_bytes);

// On one line, at most `max_bytes` of it and "…". A text stands for itself, without quotes.
std::string short_json(const json::Value& value, std::size_t max_bytes);

}  // namespace patchbay::web
