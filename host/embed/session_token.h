#pragma once
// What the component's requests carry, and what lets a page of another origin make them.
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_types.h"
#include "net/origins.h"
#include "net/router.h"
#include "store/connect_sessions_table.h"

namespace patchbay::embed {

inline constexpr std::string_view kSessionHeader = "x-hub-session-token";

// kInvalidArgument: there is none, or what there is can't be one.
Result<std::string> session_token(const net::Request& request);

// False: it was passed on to a colleague (accounts/passed_on_links.h), who has the hub's own page.
bool is_for_component(const store::ConnectSession& session);
Error not_for_component();

// For a request of a page that the operator did not name.
Error foreign_origin();

// Answers OPTIONS. `origins` outlives the router's use.
void add_preflight(net::Router& router, const net::Origins& origins, std::string_view path);

}  // namespace patchbay::embed
