#pragma once
// How a webhook message proves that it comes from us. Two ways at once: Standard Webhooks
// (https://www.standardwebhooks.com: webhook-id, webhook-timestamp, webhook-signature, one
// signature for each secret that is good), and the one header that receivers written for StackOne
// look at. Pure functions.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"
#include "net/headers.h"

namespace patchbay::webhooks {

// "whsec_" and 256 random bits in base64.
SecretString make_secret(Random& random);

// "v1,<base64 of HMAC-SHA256(id.timestamp.body)>", the key being what the secret's base64 stands
// for.
std::string standard_signature(const SecretString& secret, std::string_view id, std::int64_t unix_s,
                               std::string_view body);
// base64url of HMAC-SHA256(body) without padding, the key being the secret's own characters.
std::string stackone_signature(const SecretString& secret, std::string_view body);

// `secrets`: newest first, at least one. StackOne's header knows one secret, and takes the oldest
// that is still good: it changes when the overlap is over.
void sign(net::Headers& headers, std::span<const SecretString> secrets, std::string_view id,
          std::int64_t unix_s, std::string_view body);

}  // namespace patchbay::webhooks
