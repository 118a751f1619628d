#pragma once
// Members of an answer that are always there, and null while there is nothing to say.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace patchbay::api {

void write_text_or_null(json::Writer& out, std::string_view name, const std::string& text);
// 0: null.
void write_time_or_null(json::Writer& out, std::string_view name, std::int64_t unix_ms);

}  // namespace patchbay::api
