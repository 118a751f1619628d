#pragma once
// A list in a query string: "a,b", given once or several times. Empty values are left out.
#include <string>
#include <string_view>
#include <vector>

#include "net/params.h"

namespace patchbay::api {

std::vector<std::string> query_list(const net::Params& query, std::string_view name);

}  // namespace patchbay::api
