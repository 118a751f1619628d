// What Personio's credentials look like. Source: the examples of Personio's credentials API v2.
#pragma once

#include <string_view>

#include "patchbay/sdk/credential_shape.h"

namespace personio {

// "papi-" and a UUID.
inline bool looks_like_client_id(std::string_view text) {
  return text.starts_with("papi-") && patchbay::sdk::is_uuid(text.substr(5));
}

// "papi-" and 64 bytes in base64url.
inline bool looks_like_secret(std::string_view text) {
  return text.starts_with("papi-") && patchbay::sdk::is_base64url(text.substr(5), 64);
}

}  // namespace personio
