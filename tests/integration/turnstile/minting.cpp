// Mints a token as often as one likes.
#include <memory>
#include <utility>

#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/export.h"
#include "patchbay/sdk/revocation.h"

namespace {

using namespace patchbay::sdk;

class Minting {
 public:
  explicit Minting(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<ClientCredentialsFlow>(
        std::move(input),
        ClientCredentialsOptions{
            .endpoint = {.url = "https://auth.turnstile.example/token", .token_name = "main"}});
  }
  std::unique_ptr<Flow> refresh(Input input) const { return connect(std::move(input)); }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<RevocationFlow>(
        std::move(input),
        RevocationOptions{.endpoint = {.url = "https://auth.turnstile.example/revoke"},
                          .client_in_setup = false});
  }
};

}  // namespace

PATCHBAY_CONNECTOR(Minting, embedded_manifest())
