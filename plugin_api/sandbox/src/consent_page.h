#pragma once
/// The page on which a person lets a client in (RFC 6749 section 4.1.1), and the way back.

#include <optional>
#include <string>
#include <string_view>

#include "patchbay/sandbox/http.h"

namespace patchbay::sandbox {

/// What is wrong with an authorization request so that nobody may be sent anywhere; else nothing.
/// PKCE with S256 is required.
std::optional<std::string> consent_fault(const Fields& request, std::string_view client_id);

/// Two buttons, named `decision`: allow, deny. The form posts the request's own parameters along.
Response consent_page(const Fields& request, std::string_view scope);

/// 302 to the redirect URI with these parameters; empty ones are left out.
Response sent_back(const std::string& redirect_uri, const Fields& parameters);

}  // namespace patchbay::sandbox
