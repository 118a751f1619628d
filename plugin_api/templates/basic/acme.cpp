// Acme: user and password (RFC 7617), proved by one request.
#include <memory>
#include <utility>

#include "patchbay/sdk/sdk.h"

using namespace patchbay::sdk;

namespace {

constexpr StaticCredentialsOptions kCredentials = {.scheme = StaticScheme::basic,
                                                   .probe_url = "https://api.acme.example/v1/me",
                                                   .secret_field = "password",
                                                   .user_field = "user"};

class AcmeConnector {
 public:
  explicit AcmeConnector(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<StaticCredentialsFlow>(std::move(input), kCredentials);
  }
  std::unique_ptr<Flow> refresh(Input input) const { return connect(std::move(input)); }
  // Nothing was issued, so there is nothing to revoke.
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<NothingToDoFlow>(std::move(input));
  }
};

}  // namespace

PATCHBAY_CONNECTOR(AcmeConnector, embedded_manifest())
