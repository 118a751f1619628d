// Links whoever has a refresh token, which is good for one use.
#include <memory>
#include <utility>

#include "patchbay/sdk/export.h"
#include "patchbay/sdk/refresh_token.h"
#include "patchbay/sdk/revocation.h"

namespace {

using namespace patchbay::sdk;

class Rotating {
 public:
  explicit Rotating(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<RefreshTokenFlow>(
        std::move(input),
        RefreshTokenOptions{
            .endpoint = {.url = "https://auth.turnstile.example/token", .token_name = "main"}});
  }
  std::unique_ptr<Flow> refresh(Input input) const { return connect(std::move(input)); }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<RevocationFlow>(
        std::move(input),
        RevocationOptions{.endpoint = {.url = "https://auth.turnstile.example/revoke"}});
  }
};

}  // namespace

PATCHBAY_CONNECTOR(Rotating, embedded_manifest())
