#pragma once
// The log of an account's requests as a table, and one request with what went to the provider for
// it. Bodies are redacted already when they are stored. Pure functions.
#include <string_view>
#include <vector>

#include "base/json.h"
#include "manifest/manifest.h"
#include "store/request_logs_table.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// `manifest`: null while the connector is missing; then actions have no name but their id.
View logged_request_view(const store::RequestLog& log, const manifest::Manifest* manifest,
                         std::int64_t now_ms, const Language& language);

// Adds it with its steps. `bodies`: as api/request_logs.h seals them.
void put_logged_request(View& view, const store::RequestLog& log,
                        const manifest::Manifest* manifest, const json::Value& bodies,
                        std::int64_t now_ms, const Language& language);

// The actions to filter by.
std::vector<View> logged_action_options(const manifest::Manifest* manifest,
                                        std::string_view selected, const Language& language);

}  // namespace patchbay::web
