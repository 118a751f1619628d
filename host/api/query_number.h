#pragma once
// A whole number in a query string.
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "net/params.h"

namespace patchbay::api {

// Absent and empty are the same: some clients send "page=". kInvalidArgument: no number, or out of
// bounds.
Result<std::int64_t> query_number(const net::Params& query, std::string_view name,
                                  std::int64_t otherwise, std::int64_t least, std::int64_t most);

}  // namespace patchbay::api
