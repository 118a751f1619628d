#pragma once
// Connect pages in a frame of another page, where <patchbay-hub> (assets/embed) puts them. Pages of
// the origins that the operator named may do so, and no others. The browser tells that a page is
// wanted for a frame (Sec-Fetch-Dest); there, cookies are kept for each site around it apart
// (CHIPS), so that a frame shares none with the hub's own pages.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_types.h"
#include "net/origins.h"

namespace patchbay::web {

bool is_framed(const net::Request& request);

// A Set-Cookie value: SameSite=Lax, or for the frame that the request is for.
std::string visitor_cookie(const net::Request& request, std::string_view name,
                           std::string_view value, std::optional<std::int64_t> max_age_s = {});

// "light" or "dark", where the page around asked for one; else "".
std::string theme_of(const net::Request& request);
// Remembers what `?theme=` says; anything else is left alone.
void take_theme(const net::Request& request, net::Response& response);

// Lets pages of `origins` frame the answer, where it is one that may be framed. After secured().
void allow_framing(const net::Request& request, const net::Origins& origins,
                   net::Response& response);

}  // namespace patchbay::web
