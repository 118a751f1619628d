#pragma once
// Cookies (RFC 6265). The hub sets only `__Host-` cookies: Secure, Path=/, no Domain, HttpOnly, so
// that no sibling host and no script can plant or read one.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/headers.h"

namespace patchbay::net {

enum class SameSite : std::uint8_t { kStrict, kLax, kNone };

// The value of a cookie in the request's Cookie fields; nullopt when absent, and also when two of
// that name disagree (somebody is tossing cookies at us). Holds as long as the headers.
std::optional<std::string_view> cookie_value(const Headers& headers, std::string_view name);

// A Set-Cookie value. SameSite=None is for frames in other sites' pages: such a cookie is
// Partitioned, kept for each site around the frame apart. `name` is given without the `__Host-`
// prefix. Without max_age_s the cookie ends with the browser session.
std::string host_cookie(std::string_view name, std::string_view value, SameSite same_site,
                        std::optional<std::int64_t> max_age_s = {});
// A Set-Cookie value that makes the browser forget it.
std::string forget_host_cookie(std::string_view name);

}  // namespace patchbay::net
