#pragma once
// The fields of a flow's input, for connectors that are told by a test what to do.
#include <charconv>
#include <string>
#include <string_view>

#include "patchbay/connector.h"

namespace hostile {

inline std::string field(const patchbay_input& input, std::string_view name) {
  for (std::uint64_t i = 0; i < input.field_count; ++i)
    if (std::string_view(input.fields[i].name.ptr, input.fields[i].name.len) == name)
      return {input.fields[i].value.ptr, input.fields[i].value.len};
  return {};
}

inline int number(const patchbay_input& input, std::string_view name) {
  const auto text = field(input, name);
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace hostile
