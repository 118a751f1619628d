#pragma once
// Where a request comes from. Every POST of the pages has to come from one of our own pages; the
// server has checked the Host field before (net/http_server.h). Pure functions, any thread.
#include <string>
#include <string_view>

#include "net/http_types.h"

namespace patchbay::web {

// "https://hub.example.com": the one given in the configuration, else what the request says.
std::string own_origin(const net::Request& request, std::string_view configured);

// Sec-Fetch-Site decides where a browser sends it (all current ones do, to trustworthy origins):
// it must be same-origin, and Origin, if there, ours or "null" (what a browser says under
// no-referrer). Without it Origin must be there and be ours.
bool is_from_own_page(const net::Request& request, std::string_view configured_origin);

// The CSRF token of a form (field "csrf") or of a script (X-CSRF-Token), in constant time.
inline constexpr std::string_view kCsrfField = "csrf";
inline constexpr std::string_view kCsrfHeader = "X-CSRF-Token";
bool csrf_matches(const net::Request& request, const net::Params& form, std::string_view expected);

// A CSRF token for pages that have a secret cookie but no session yet; can't be turned back.
std::string csrf_from(std::string_view purpose, std::string_view cookie_secret);

// 43 base64url characters, as Random::token() makes them.
bool looks_like_token(std::string_view text);

}  // namespace patchbay::web
