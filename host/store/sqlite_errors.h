#pragma once
// SQLite's result codes (sqlite.org/rescode.html) as errors an operator can act on.
#include <sqlite3.h>

#include <string>

#include "base/result.h"

namespace patchbay::store {

// `connection` may be null when opening failed. Never quotes bound values.
Error sqlite_error(sqlite3* connection, int code, const std::string& path);

}  // namespace patchbay::store
