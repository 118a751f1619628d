#pragma once

#include <string>

#include "patchbay/sandbox/http.h"
#include "patchbay/sandbox/router.h"
#include "patchbay/sandbox/sandbox.h"

namespace patchbay::sandbox {

inline constexpr std::string_view kControlPrefix = "/__sandbox";
inline constexpr std::string_view kControlHeader = "X-Sandbox-Token";

/// True for 127.0.0.1, localhost and [::1], with or without a port.
bool is_loopback_host(std::string_view host);

/// Null when the request may use the control endpoint. It may when its Host is a loopback name (a
/// page that rebinds its DNS name to 127.0.0.1 sends its own) and it carries the token, which is
/// in a file that only this user can read.
std::optional<Response> refuse_control(const Request& request, std::string_view token);

/// Adds the calls every sandbox has: calls, faults, clock, certificate, options, reset.
void add_control_routes(Router& control, const Router& routes, Sandbox& sandbox,
                        Provider& provider);

}  // namespace patchbay::sandbox
