// Connecting needs a person twice: they sign in at the provider, which sends them back with a code,
// and then type a number that the provider shows them. The tokens are minted in between, so that a
// connect nobody finishes has some to revoke.
#include "patchbay/sdk/export.h"
#include "patchbay/sdk/pkce.h"
#include "rota_provider.h"

namespace {

using namespace rota;

constexpr std::string_view kSignIn = "https://login.rota.example/authorize?state=";
constexpr std::string_view kNumber = "4711";

class Connect : public CodeFlow {
 public:
  using CodeFlow::CodeFlow;

 protected:
  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      const auto state = derive(keep(), event.random(), "state");
      action.redirect(action.arena().text(kSignIn, state), state);
    } else if (event.kind() == EventKind::redirect) {
      exchange(action, event.query("code"));
    } else if (event.kind() != EventKind::input) {
      if (read(event, action)) action.ask({"number"}, "text", "Type the number.");
    } else if (event.secret("number") == kNumber) {
      finish(action);
    } else {
      action.fail(Failure::credentials, "text", "This is another number.");
    }
  }
};

using Porta = Connector<Connect>;

}  // namespace

PATCHBAY_CONNECTOR(Porta, patchbay::sdk::embedded_manifest())
