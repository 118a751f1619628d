#pragma once
// Everything that programs talk to (cli::ServedApi) over the services of actions_test_support.h,
// with a connector that is ready and grants whatever it is asked for.
#include <utility>
#include <vector>

#include "actions_test_support.h"
#include "api_test_support.h"
#include "cli/served_api.h"
#include "patchbay/connector.h"

namespace patchbay::test {

class WillingRuntime final : public connector::Runtime {
 public:
  std::uint32_t failure = 0;  // PATCHBAY_FAIL_*: every flow fails so; 0: none does

  connector::Task<Result<std::string>> start() override { co_return std::string(); }
  connector::Task<Result<connector::FlowId>> begin(connector::Operation /*operation*/,
                                                   connector::FlowInput /*input*/) override {
    co_return 1;
  }
  connector::Task<Result<connector::FlowAction>> step(connector::FlowId /*flow*/,
                                                      connector::FlowEvent /*event*/) override {
    connector::FlowAction action;
    if (failure != 0) {
      action.kind = PATCHBAY_ACTION_FAIL;
      action.fail.emplace();
      action.fail->failure = failure;
      co_return action;
    }
    action.kind = PATCHBAY_ACTION_DONE;
    action.done.emplace();
    action.done->tokens.push_back({"main", SecretString("token-1"), "Bearer", 0, "p:read", true});
    co_return action;
  }
  void release(connector::FlowId /*flow*/) override {}
  void stop() override {}
};

class OneConnector final : public InstalledConnector {
 public:
  explicit OneConnector(std::shared_ptr<const manifest::Manifest> manifest) {
    auto ready = std::make_shared<connector::Connector>();
    ready->id = manifest->id;
    ready->state = connector::ConnectorState::kReady;
    ready->manifest = std::move(manifest);
    ready->runtime = runtime;
    connector = ready;
  }

  std::shared_ptr<WillingRuntime> runtime = std::make_shared<WillingRuntime>();
};

struct ServedHub {
  // `actions`: a JSON list, as the manifest has it.
  explicit ServedHub(const std::string& actions = "[" + ApiTest::list_action() + "]")
      : hub(actions) {
    hub.connector = connectors.connector;
    served.add_routes(router);
  }

  Hub hub;
  OneConnector connectors{hub.manifest};
  accounts::Services services{hub.services->loops, hub.services->store, hub.services->vault,
                              connectors,          hub.services->clock, hub.services->random,
                              hub.services->audit, hub.services->http,  hub.services->instance};
  accounts::Revoker revoker{services};
  accounts::TokenKeeper keeper{services, revoker};
  accounts::Linker linker{services, revoker, keeper};
  accounts::AccountService accounts{services, revoker, keeper, linker};
  cli::ServedApi served{{.hub_url = [] { return std::string("https://hub.example"); },
                         .accounts = accounts,
                         .services = services,
                         .keeper = keeper,
                         .audit = hub.audit_log,
                         .tokens = &hub.tokens,
                         .runner = hub.runner_options()},
                        net::Origins()};
  net::Router router;
};

}  // namespace patchbay::test
