// Personio's refusals of a token request in words for the person: each documented error has a
// message of its own, at the field it concerns.
// Source: Personio credentials API v2, examples of status 400 at POST /v2/auth/token.
#pragma once

#include "patchbay/sdk/action.h"
#include "patchbay/sdk/event.h"
#include "patchbay/sdk/oauth.h"

namespace personio {

// `used_before`: the credentials worked once, so that Personio has withdrawn them since.
void fail_token_refusal(patchbay::sdk::Action& action, const patchbay::sdk::Refusal& refusal,
                        const patchbay::sdk::Reply& reply, bool used_before);

}  // namespace personio
