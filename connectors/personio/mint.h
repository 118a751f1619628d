// Minting Personio's tokens: the one of API v2, and with the same credentials the one of v1, which
// serves what v2 does not have yet. What Personio's refusals mean.
// Source: Personio API reference, "Authentication" (v1, v2); credentials API v2, examples of
// status 400 at POST /v2/auth/token.
#pragma once

#include "patchbay/sdk/client_credentials.h"

namespace personio {

// `proven`: the credentials worked before; see ClientCredentialsOptions.
class Mint : public patchbay::sdk::ClientCredentialsFlow {
 public:
  Mint(patchbay::sdk::Input input, bool proven);

 protected:
  void refused(const patchbay::sdk::Refusal& refusal, const patchbay::sdk::Reply& reply,
               patchbay::sdk::Action& action) override;
};

}  // namespace personio
