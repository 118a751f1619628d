#pragma once
// The query of GET /requests/logs and /requests/logs/steps: filters, order and page, as StackOne's
// clients send them.
#include <string>

#include "base/result.h"
#include "net/params.h"
#include "store/request_logs_table.h"

namespace patchbay::api {

// kInvalidArgument names the parameter.
Result<store::LogFilter> read_log_query(const net::Params& query, const std::string& project_id);
// For the page after this one.
std::string next_log_page(const store::LogFilter& filter);

}  // namespace patchbay::api
