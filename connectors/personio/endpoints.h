// Where Personio's API is, and what its form fields and tokens are called in the manifest.
// Source: Personio API reference, "Authentication" (v1, v2) and "List persons".
#pragma once

#include <string_view>

#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/oauth.h"

namespace personio {

inline constexpr std::string_view kHost = "api.personio.de";
inline constexpr std::string_view kClientIdField = "client_id";
inline constexpr std::string_view kClientSecretField = "client_secret";
inline constexpr std::string_view kEmployeesRead = "employees:read";

// A token lasts a day unless the answer says otherwise (both versions).
inline constexpr std::int64_t kLifetimeSeconds = 86'400;

inline constexpr patchbay::sdk::TokenEndpoint kTokenV2 = {
    .url = "https://api.personio.de/v2/auth/token",
    .token_name = "v2",
    .default_lifetime_s = kLifetimeSeconds,
};
inline constexpr patchbay::sdk::TokenEndpoint kTokenV1 = {
    .url = "https://api.personio.de/v1/auth",
    .token_name = "v1",
    .default_lifetime_s = kLifetimeSeconds,
};
inline constexpr std::string_view kOnePerson = "https://api.personio.de/v2/persons?limit=1";
inline constexpr std::string_view kRevoke = "https://api.personio.de/v2/auth/revoke";

}  // namespace personio
