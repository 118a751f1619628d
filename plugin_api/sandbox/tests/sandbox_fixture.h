#pragma once

#include <gtest/gtest.h>

#include "echo_provider.h"
#include "patchbay/sandbox/client.h"
#include "patchbay/sandbox/sandbox.h"

namespace patchbay::sandbox {

/// An echo sandbox listening on a free port, and a client that knows its CA.
class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    EchoProvider::handled = 0;
    sandbox.start();
  }
  Client::Options client_options() const {
    return {.host = "api.echo.example",
            .port = sandbox.port(),
            .ca_file = sandbox.ca_file(),
            .timeout = std::chrono::seconds(20)};
  }
  Client::Options control_options() const {
    Client::Options options = client_options();
    options.host = "127.0.0.1";
    return options;
  }
  Headers control_headers() const { return {{"X-Sandbox-Token", sandbox.control_token()}}; }

  Sandbox sandbox{EchoProvider::info(),
                  EchoProvider::factory(),
                  {.body_limit = 64 * 1024, .idle_limit = std::chrono::seconds(20)}};
};

}  // namespace patchbay::sandbox
