// Well behaved, and in need of a person: sends them to sign in, asks for a further field, and only
// then ends. The client ids "elsewhere", "short state" and "unknown field" make it break a rule.
#include <memory>
#include <utility>

#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/export.h"
#include "patchbay/sdk/pkce.h"
#include "patchbay/sdk/revocation.h"

namespace {

using namespace patchbay::sdk;

constexpr TokenEndpoint kToken = {.url = "https://api.personio.de/v2/auth/token",
                                  .token_name = "main"};

class Asking : public ClientCredentialsFlow {
 public:
  explicit Asking(Input input) : ClientCredentialsFlow(std::move(input), {.endpoint = kToken}) {}

 protected:
  // The token comes before the last question, so that a flow that is given up has one to revoke.
  void authorised(const Event&, Action& action) override {
    action.ask({"code"}, "ask.code", "Type the code that the provider shows.");
  }
  void further(const Event& event, Action& action) override {
    if (event.kind() == EventKind::input && event.secret("code") == "4711") {
      action.done().token(token());
      return;
    }
    action.fail(Failure::credentials, "error.code", "This is another code.");
  }

  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      state_ = derive(keep(), event.random(), "state");
      const auto fault = input().field("client_id");
      std::string_view host = "login.personio.de";
      if (fault == "elsewhere") host = "login.attacker.example";
      if (fault == "short state") state_ = "short";
      if (fault == "unknown field") {
        action.ask({"client_secret"}, "ask.code", "Once more.");
        return;
      }
      action.redirect(action.arena().text("https://", host, "/authorize?state=", state_,
                                          "&redirect_uri=", input().redirect_uri()),
                      state_);
    } else if (event.kind() == EventKind::redirect && !signed_in_) {
      if (!event.query("error").empty() || event.query("code").empty()) {
        action.fail(Failure::credentials, "error.denied", "You did not allow this.");
        return;
      }
      signed_in_ = true;
      // The grant begins when the person is back.
      ClientCredentialsFlow::step(Event(event.c(), EventKind::start), action);
    } else {
      ClientCredentialsFlow::step(event, action);
    }
  }

 private:
  std::string_view state_;
  bool signed_in_ = false;
};

class Connector {
 public:
  explicit Connector(Host) {}
  std::unique_ptr<Flow> connect(Input input) const {
    return std::make_unique<Asking>(std::move(input));
  }
  std::unique_ptr<Flow> refresh(Input input) const {
    return std::make_unique<ClientCredentialsFlow>(std::move(input),
                                                   ClientCredentialsOptions{.endpoint = kToken});
  }
  std::unique_ptr<Flow> revoke(Input input) const {
    return std::make_unique<RevocationFlow>(
        std::move(input),
        RevocationOptions{.endpoint = {.url = "https://api.personio.de/v2/auth/revoke"},
                          .authentication = RevocationAuthentication::bearer});
  }
};

}  // namespace

PATCHBAY_CONNECTOR(Connector, patchbay::sdk::embedded_manifest())
