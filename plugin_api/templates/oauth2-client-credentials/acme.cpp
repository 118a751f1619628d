// Acme: a client id and secret for a token (RFC 6749, section 4.4), revoked by the client (RFC
// 7009).
#include <memory>
#include <utility>

#include "patchbay/sdk/sdk.h"

using namespace patchbay::sdk;

namespace {

constexpr ClientCredentialsOptions kGrant = {
    .endpoint = {.url = "https://api.acme.example/oauth/token"}};
constexpr RevocationOptions kRevocation = {
    .endpoint = {.url = "https://api.acme.example/oauth/revoke"}, .client_in_setup = false};

class AcmeConnector {
 public:
  explicit AcmeConnector(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<ClientCredentialsFlow>(std::move(input), kGrant);
  }
  std::unique_ptr<Flow> refresh(Input input) const { return connect(std::move(input)); }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<RevocationFlow>(std::move(input), kRevocation);
  }
};

}  // namespace

PATCHBAY_CONNECTOR(AcmeConnector, embedded_manifest())
