#pragma once
// The API on a router, over the services of actions_test_support.h, with a key of every scope.
// Every answer is held against the API's description.
#include <string>
#include <utility>
#include <vector>

#include "actions_test_support.h"
#include "api/api.h"
#include "support/api_description.h"

namespace patchbay::test {

struct ApiTest : testing::Test {
  explicit ApiTest(const std::string& actions = "[" + list_action() + "]") : hub(actions) {
    accounts::Linker* linker = &linker_;
    service.emplace(*hub.services, revoker, keeper, *linker);
    api.emplace(api::Options{.hub_url = [] { return std::string("https://hub.example"); },
                             .accounts = *service,
                             .services = *hub.services,
                             .keeper = keeper,
                             .audit = audit,
                             .tokens = &hub.tokens,
                             .runner = hub.runner_options()});
    api->add_routes(router);
    key = make_key("prj_1", "accounts actions tokens");
  }

  static std::string list_action() {
    return action(
        "list",
        R"({"type":"object","additionalProperties":false,"properties":{"team":{"type":"string"}}})",
        R"("token":"main","request":{"method":"GET","host":"api.acme.example","path":"/v1/people",)"
        R"("query":[{"name":"team","input":"team"}]},)"
        R"("pagination":{"kind":"cursor_link","next_path":"/next","limit_param":"limit","limit_default":10,"limit_max":50},)"
        R"("result":{"kind":"list","path":"/data"})",
        R"({"read_only":true})");
  }

  std::string make_key(const std::string& project, const std::string& scopes) {
    auto made = hub.loops.block_on(
        api::create_api_key(hub.store(), hub.clock, hub.random, project, "test", scopes));
    if (!made) {
      ADD_FAILURE() << made.error().message;
      return {};
    }
    return std::string(made->key.reveal());
  }

  using HeaderList = std::vector<std::pair<std::string, std::string>>;

  net::Response call(const std::string& method, const std::string& target,
                     const std::string& body = {}, const HeaderList& headers = {}) {
    net::Request request;
    request.method = method;
    request.target = target;
    request.id = "req-1";
    request.host = "hub.example";
    request.peer_address = "127.0.0.1";
    EXPECT_TRUE(net::decode_target(target, request));
    bool authorised = false;
    for (const auto& [name, value] : headers) {
      request.headers.set(name, value);
      authorised = authorised || name == "Authorization";
    }
    if (!authorised) request.headers.set("Authorization", "Bearer " + key);
    if (!body.empty()) {
      if (!request.headers.has("Content-Type"))
        request.headers.set("Content-Type", "application/json");
      request.body = SecretString(body);
    }
    auto response = hub.loops.block_on(router.dispatch(request));
    expect_described(method, target, response, body);
    return response;
  }

  Hub hub;
  accounts::Revoker revoker{*hub.services};
  accounts::TokenKeeper keeper{*hub.services, revoker};
  RecordingAudit audit;
  std::optional<accounts::AccountService> service;
  std::optional<api::Api> api;
  net::Router router;
  std::string key;

 private:
  accounts::Linker linker_{*hub.services, revoker, keeper};
};

}  // namespace patchbay::test
