#pragma once
// Lists of texts in JSON that the hub has written itself.
#include <string>
#include <vector>

#include "base/json.h"

namespace patchbay::json {

// The members of an array; "" for one that is no text. Nothing when it is no array.
inline std::vector<std::string> texts_of(const Value& array) {
  std::vector<std::string> texts;
  texts.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) texts.push_back(array.at(i).string_or(""));
  return texts;
}

}  // namespace patchbay::json
