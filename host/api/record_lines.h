#pragma once
// A list as application/x-ndjson, page after page: a line for each record, one behind each page
// that says where to go on, and one that says how it ended (docs/clients.md). What HTTP and the
// command line share. Pure functions; every line ends with "\n".
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace patchbay::api {

// `records`: an array. Appended, so that a page's lines lie in one piece of memory.
void append_records(std::string& lines, const json::Value& records);
std::string page_line(std::string_view next);
// `records`: how many lines of them there were.
std::string end_line(std::int64_t records);
// It ended early; `next`: where to go on. `error`: JSON.
std::string broken_line(std::int64_t records, std::string_view next, std::string_view error);

}  // namespace patchbay::api
