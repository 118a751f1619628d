#pragma once
// A connect session as StackOne's clients read it.
#include <string>
#include <string_view>

#include "base/json.h"
#include "store/connect_sessions_table.h"

namespace patchbay::api {

// Leaves the object open, so that the caller may add the token and its link. `user_agent` decides
// the one thing on which client versions disagree: organization_id is a number for their SDK below
// 4.34 and text from there on.
void write_connect_session(json::Writer& out, const store::ConnectSession& session,
                           std::string_view user_agent);

// The categories that their SDKs know; they throw on any other.
const std::vector<std::string_view>& session_categories();

}  // namespace patchbay::api
