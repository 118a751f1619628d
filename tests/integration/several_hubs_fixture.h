#pragma once
// Several hubs on one PostgreSQL, with the provider `turnstile` that counts what it is asked for.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "child_process.h"
#include "hub_fixture.h"
#include "support/postgres_cluster.h"
#include "turnstile/provider.h"

namespace patchbay::integration {

inline constexpr const char* kMint = "minting";       // client credentials
inline constexpr const char* kRotating = "rotating";  // no second presentation
inline constexpr const char* kLenient = "lenient";    // rotating, with a grace of 30 s

class SeveralHubsTest : public HubTest {
 protected:
  SeveralHubsTest() {
    uri = testing_support::new_postgres_schema();
    store_location = store::StoreLocation::parse(SecretString(uri)).value();
    provider.start();
    overrides = {{turnstile::kHost, "127.0.0.1", provider.kit().port(), provider.kit().ca_file()}};
    for (const auto* name : {kMint, kRotating, kLenient})
      drop(std::string(name) + ".so", PATCHBAY_BUILD_DIR "/turnstile/" + std::string(name) + ".so");
  }

  // An account of a grant of its own, which is named like its owner.
  std::string link_account(const std::string& connector, const std::string& owner) {
    auto session = session_request(owner);
    session.connector_id = connector;
    auto opened = wait(hub->accounts().create_session(std::move(session)));
    if (!opened) throw std::runtime_error(opened.error().message);
    accounts::LinkRequest request;
    request.session = opened->session;
    request.connector_id = connector;
    request.form.values = {{"client_id", owner}};
    if (connector == kMint) {
      request.form.secrets.push_back({"client_secret", SecretString("secret")});
    } else {
      request.form.secrets.push_back({"refresh_token", SecretString(provider.new_grant(owner))});
    }
    auto outcome = wait(hub->accounts().link(std::move(request)));
    if (!outcome.account) throw std::runtime_error("not linked: " + outcome.error.message);
    return outcome.account->id;
  }

  // A hub in a process of its own, which obeys (programs/hub_orders.h). Serving, when it returns.
  std::unique_ptr<ChildProcess> hub_process(int number = 0) {
    const auto ready = folder / "turnstile.json";
    std::ofstream(ready) << sandbox::json::serialize(provider.kit().ready());
    ::setenv("PATCHBAY_STORE", uri.c_str(), 1);
    ::setenv("PATCHBAY_SANDBOX", ready.c_str(), 1);
    auto started = std::make_unique<ChildProcess>(
        PATCHBAY_BUILD_DIR "/bin/patchbay_test_hub",
        std::vector<std::string>{"obey", data + std::to_string(number), key_file, connectors,
                                 kWorkerProgram, std::to_string(personio.port()),
                                 personio.ca_file()});
    ::unsetenv("PATCHBAY_STORE");
    ::unsetenv("PATCHBAY_SANDBOX");
    EXPECT_EQ(started->line(), "ready");
    return started;
  }
  static std::string order(ChildProcess& hub, const std::string& what) {
    hub.say(what);
    return hub.line();
  }

  // Several at a time, from 0 to count.
  static void for_each(std::size_t count, const std::function<void(std::size_t)>& work) {
    constexpr std::size_t kAtOnce = 16;
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    threads.reserve(kAtOnce);
    for (std::size_t i = 0; i < kAtOnce; ++i)
      threads.emplace_back([&] {
        for (auto n = next++; n < count; n = next++) work(n);
      });
  }
  static std::size_t number_from(const char* variable, std::size_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  }

  std::string ask(const std::string& statement) const {
    return testing_support::ask_postgres(uri, statement);
  }
  bool token_was_asked_for(std::uint64_t times) {
    return provider.kit().calls().wait_for(turnstile::kTokenRoute, times, 60s);
  }
  std::uint64_t token_calls() { return provider.kit().calls().count(turnstile::kTokenRoute); }
  void fault(Fault what) {
    what.route = turnstile::kTokenRoute;
    provider.kit().inject(std::move(what));
  }

  turnstile::Turnstile provider;
  std::string uri;
};

}  // namespace patchbay::integration
