// Flows whose cost is looked at: an API key proved by one request, from top to bottom as a
// coroutine; and the grant that most connectors use.
#pragma once

#include <utility>

#include "patchbay/sdk/client_credentials.h"
#include "patchbay/sdk/coroutine.h"
#include "patchbay/sdk/failures.h"

namespace patchbay::tests {

class KeyCoroutine : public sdk::CoroutineFlow {
  using CoroutineFlow::CoroutineFlow;
  sdk::Task<> run() override {
    const std::string_view key = input().secret("client_secret");
    sdk::Request& request = get("https://api.personio.de/me").header("x-api-key", key).secret();
    const sdk::Reply reply = co_await http(request);
    if (sdk::failed_in_transit(action(), reply, "api.personio.de")) co_return;
    if (!reply.ok()) {
      fail(sdk::Failure::credentials, "error.key_refused", "The key was refused.");
      co_return;
    }
    done().token({.name = "main", .value = key});
  }
};

class ClientCredentials : public sdk::ClientCredentialsFlow {
 public:
  explicit ClientCredentials(sdk::Input input)
      : ClientCredentialsFlow(std::move(input),
                              {.endpoint = {.url = "https://api.personio.de/token"}}) {}
};

}  // namespace patchbay::tests
