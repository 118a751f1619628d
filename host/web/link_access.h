#pragma once
// Sealed links (accounts/sealed_link.h) as pages use them: read from an address or from the cookie
// that the address set. SameSite=Lax, because they are opened from mails and from other sites.
#include <string>
#include <string_view>

#include "accounts/sealed_link.h"
#include "web/site.h"

namespace patchbay::web {

using accounts::LinkPurpose;

Result<std::string> make_link_token(const Site& site, LinkPurpose purpose, std::string project_id,
                                    std::string subject, std::int64_t valid_ms);
Result<accounts::SealedLink> open_link_token(const Site& site, LinkPurpose purpose,
                                             std::string_view token);

std::string link_cookie_value(const net::Request& request, LinkPurpose purpose);  // "": none
// A Set-Cookie value that lasts as long as the link.
std::string link_cookie(const Site& site, LinkPurpose purpose, std::string_view token,
                        const accounts::SealedLink& link);
std::string forget_link_cookie(LinkPurpose purpose);

// Whether a cookie of the request opens anything.
bool has_link_access(const Site& site, const net::Request& request);

// "This link is not valid", or that it has expired, in the words of `expired_text_id`.
net::Response link_is_over(const Site& site, const net::Request& request, const Error& error,
                           std::string_view expired_text_id);

}  // namespace patchbay::web
