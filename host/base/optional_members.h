#pragma once
// Members of an object that are always there, and null while there is nothing to say.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace patchbay::json {

void write_text_or_null(Writer& out, std::string_view name, const std::string& text);
// 0: null.
void write_time_or_null(Writer& out, std::string_view name, std::int64_t unix_ms);

}  // namespace patchbay::json
