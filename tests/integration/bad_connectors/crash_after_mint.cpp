// Mints a token at the provider, and dies when it reads what comes after.
#include <csignal>
#include <memory>
#include <utility>

#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/export.h"
#include "patchbay/sdk/revocation.h"

namespace {

using namespace patchbay::sdk;

constexpr TokenEndpoint kToken = {.url = "https://api.personio.de/v2/auth/token",
                                  .token_name = "main"};

class Dying : public ClientCredentialsFlow {
 public:
  explicit Dying(Input input) : ClientCredentialsFlow(std::move(input), {.endpoint = kToken}) {}

 protected:
  void authorised(const Event&, Action& action) override {
    action.get("https://api.personio.de/v2/persons?limit=1").bearer(token().value);
  }
  void further(const Event&, Action&) override { std::raise(SIGSEGV); }
};

class Connector {
 public:
  explicit Connector(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<Dying>(std::move(input));
  }
  std::unique_ptr<Flow> refresh(Input input) const { return connect(std::move(input)); }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<RevocationFlow>(
        std::move(input),
        RevocationOptions{.endpoint = {.url = "https://api.personio.de/v2/auth/revoke"},
                          .authentication = RevocationAuthentication::bearer});
  }
};

}  // namespace

PATCHBAY_CONNECTOR(Connector, patchbay::sdk::embedded_manifest())
