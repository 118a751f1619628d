#pragma once
// The link token of a connect session in its cookie. The token stands in one address alone,
// /connect/{token}, which moves it here. SameSite=Lax: the link is opened from mails and other
// sites; POSTs need the CSRF token that hangs on the link token.
#include <string>
#include <string_view>

#include "web/site.h"

namespace patchbay::web {

inline constexpr std::string_view kConnectCookie = "patchbay-connect";

std::string connect_token(const net::Request& request);  // "" when there is none
// A Set-Cookie value, for a page or for the frame that the request is for.
std::string connect_cookie(const net::Request& request, std::string_view token);
std::string connect_csrf(std::string_view token);

// Whether the request's cookie belongs to a session that is open, was just used or passed on.
net::Task<bool> has_connect_access(Site& site, const net::Request& request);

}  // namespace patchbay::web
