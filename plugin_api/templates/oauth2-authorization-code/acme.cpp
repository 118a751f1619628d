// Acme: a person signs in there (RFC 6749, section 4.1, with PKCE); the refresh token is spent by
// each use. The client is the operator's: patchbay integrations setup acme.
#include <memory>
#include <utility>

#include "patchbay/sdk/sdk.h"

using namespace patchbay::sdk;

namespace {

constexpr TokenEndpoint kTokens = {.url = "https://api.acme.example/oauth/token"};
constexpr AuthorizationCodeOptions kGrant = {
    .endpoint = kTokens,
    .authorize_url = "https://api.acme.example/oauth/authorize",
    .scope = "people:read"};
constexpr RefreshTokenOptions kRenewal = {.endpoint = kTokens, .rotating = true};
constexpr RevocationOptions kRevocation = {
    .endpoint = {.url = "https://api.acme.example/oauth/revoke"}};

class AcmeConnector {
 public:
  explicit AcmeConnector(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<AuthorizationCodeFlow>(std::move(input), kGrant);
  }
  std::unique_ptr<Flow> refresh(Input input) const {
    return std::make_unique<RefreshTokenFlow>(std::move(input), kRenewal);
  }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<RevocationFlow>(std::move(input), kRevocation);
  }
};

}  // namespace

PATCHBAY_CONNECTOR(AcmeConnector, embedded_manifest())
