// Events on their whole way: Personio's sandbox delivers them over TLS to a hub, which passes them
// on to a receiver of its own over TLS.
#include <condition_variable>
#include <deque>
#include <mutex>

#include "api/api.h"
#include "child_process.h"
#include "hub_fixture.h"
#include "inbound/inbound_urls.h"
#include "net/http_server.h"
#include "patchbay/sandbox/client.h"
#include "patchbay/sandbox/provider.h"
#include "patchbay/sandbox/sandbox.h"
#include "support/postgres_cluster.h"
#include "unit/net_test_certificates.h"
#include "webhooks/deliverer.h"
#include "webhooks/webhook_endpoints.h"

namespace patchbay::integration {
namespace {

// Takes what the hub sends to https://hooks.example/hub.
class Receiver : public sandbox::Provider {
 public:
  void add_routes(sandbox::Router& router) override {
    router.add("POST", "/hub", [this](const sandbox::Request& request) {
      const std::lock_guard lock(mutex_);
      bodies_.push_back(request.body);
      came_.notify_all();
      return sandbox::Response::empty(200);
    });
  }
  sandbox::json::array credentials() const override { return {}; }

  sandbox::json::value next() {
    std::unique_lock lock(mutex_);
    const bool came = came_.wait_for(lock, 20s, [&] { return taken_ < bodies_.size(); });
    EXPECT_TRUE(came) << "nothing came";
    return came ? sandbox::json::parse(bodies_[taken_++]) : sandbox::json::object{};
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return bodies_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::string> bodies_;
  std::size_t taken_ = 0;
};

class InboundTest : public HubTest {
 protected:
  InboundTest() {
    hooks.start();
    overrides = {{"hooks.example", "127.0.0.1", hooks.port(), hooks.ca_file()}};
    personio.set_options([this](personio_sandbox::Options& options) {
      options.rate_limits = false;
      options.webhook_ca_file = ca.file();
    });
  }
  ~InboundTest() override { stop(); }

  void open() {
    open_hub();
    account_id = linked().id;
    webhooks::EndpointWish wish;
    wish.url = "https://hooks.example/hub";
    wish.events = std::vector<std::string>{"account.provider_event"};
    webhooks::WebhookEndpoints endpoints(hub->services());
    const auto made = wait(endpoints.create(hub->project_id(), std::move(wish), {}));
    ASSERT_TRUE(made) << made.error().message;
    make_url();
  }
  void make_url() {
    inbound::InboundUrls urls(hub->services());
    auto made = wait(urls.make(hub->project_id(), account_id, {}));
    ASSERT_TRUE(made) << made.error().message;
    path = made->path.reveal();
    secret = made->secret.reveal();
    ASSERT_EQ(made->secret_header, "Authorization");
  }
  void serve() {
    api.emplace(api::Options{.hub_url = [] { return std::string("https://hub.example"); },
                             .accounts = hub->accounts(),
                             .services = hub->services(),
                             .keeper = hub->keeper(),
                             .audit = hub->audit()});
    router.emplace();
    api->add_routes(*router);
    const auto files = ca.issue("DNS:hub.example");
    auto started = net::HttpServer::start(
        hub->loops(), {.tls = {files.certificate, files.key}, .allowed_hosts = {"hub.example"}},
        [this](net::Request& request) { return router->dispatch(request); });
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }
  void forward() {
    deliverer.emplace(hub->services(), webhooks::DelivererOptions{.look_every = 20ms});
    deliverer->start();
  }
  void stop() {
    if (deliverer) deliverer->stop();
    if (server) wait(server->stop(1s));
    if (hub) hub->stop(0ms);  // what runs on its loops uses the rest
    server.reset();
    router.reset();
    api.reset();
    deliverer.reset();
    close_hub();
  }

  sandbox::Client personio_client() {
    return sandbox::Client({.host = "api.personio.de",
                            .address = "127.0.0.1",
                            .port = personio.port(),
                            .ca_file = personio.ca_file()});
  }
  sandbox::Reply ask_personio(const std::string& method, const std::string& target,
                              const sandbox::json::value& body) {
    return personio_client().send(method, target,
                                  {{"Authorization", "Bearer " + token_value(account_id)},
                                   {"Content-Type", "application/json"}},
                                  sandbox::json::serialize(body));
  }
  std::string subscribe() {
    const auto made =
        ask_personio("POST", "/v2/webhooks",
                     sandbox::json::object{
                         {"url", "https://hub.example:" + std::to_string(server->port()) + path},
                         {"description", "Hub"},
                         {"status", "ENABLED"},
                         {"auth_type", "TOKEN"},
                         {"token", secret},
                         {"enabled_events", sandbox::json::array{"person.updated"}}});
    EXPECT_EQ(made.status, 201) << made.body;
    return std::string(made.json().at("id").as_string());
  }
  void change_person(const std::string& name) {
    const auto changed =
        ask_personio("PATCH", "/v2/persons/" + std::to_string(personio.person_id(0)),
                     sandbox::json::object{{"last_name", name}});
    EXPECT_EQ(changed.status, 204) << changed.body;
  }
  int send(const std::string& to, const std::string& with, const std::string& body = kEvent) {
    sandbox::Client client({.host = "hub.example",
                            .address = "127.0.0.1",
                            .port = server->port(),
                            .ca_file = ca.file()});
    return client
        .send("POST", to, {{"Authorization", with}, {"Content-Type", "application/json"}}, body)
        .status;
  }
  // Many senders of the same event at the same time: how many were told that it is kept.
  int send_at_once() {
    std::atomic<int> taken = 0;
    constexpr int kSenders = 8;
    std::vector<std::jthread> senders;
    senders.reserve(kSenders);
    for (int i = 0; i < kSenders; ++i)
      senders.emplace_back([&] { taken += send(path, secret) == 204 ? 1 : 0; });
    senders.clear();
    return taken;
  }

  static constexpr const char* kEvent =
      R"({"company_id":1,"event_name":"person.updated","occurred_at":"2026-01-01T00:00:00Z","payload":{"person_id":"7"}})";

  net::TestCa ca;
  Receiver* receiver = nullptr;
  sandbox::Sandbox hooks{{.name = "hooks", .hosts = {"hooks.example"}, .about = {}},
                         [this](sandbox::Services) {
                           auto made = std::make_unique<Receiver>();
                           receiver = made.get();
                           return made;
                         },
                         {}};
  std::optional<api::Api> api;
  std::optional<net::Router> router;
  std::unique_ptr<net::HttpServer> server;
  std::optional<webhooks::Deliverer> deliverer;
  std::string account_id;
  std::string path;
  std::string secret;
};

TEST_F(InboundTest, WhatChangesAtPersonioArrivesAtTheApplication) {
  open();
  serve();
  forward();
  const std::string webhook = subscribe();
  change_person("Murray");
  const auto message = receiver->next();
  EXPECT_EQ(message.at("event").as_string(), "account.provider_event");
  EXPECT_EQ(message.at("provider_event").as_string(), "person.updated");
  EXPECT_EQ(message.at("account_id").as_string(), account_id);
  EXPECT_EQ(message.at("payload").at("event_name").as_string(), "person.updated");
  EXPECT_TRUE(message.at("payload").at("payload").is_object());

  // Told once more, it goes no further; the next one shows that it has been.
  const auto told = personio_client()
                        .send("GET", "/v2/webhooks/" + webhook + "/events",
                              {{"Authorization", "Bearer " + token_value(account_id)}}, "")
                        .json();
  const auto again =
      ask_personio("POST", "/v2/webhooks/" + webhook + "/redelivery",
                   sandbox::json::object{{"event_ids", {told.at("_data").at(0).at("id")}}});
  EXPECT_EQ(again.status / 100, 2) << again.body;
  personio.kit().clock().advance(1s);
  change_person("Brewster");
  receiver->next();
  EXPECT_EQ(rows_in("provider_events"), 2);
  EXPECT_EQ(receiver->count(), 2U);
}

TEST_F(InboundTest, WhoeverHasNotBothSecretsFindsNothing) {
  open();
  serve();
  EXPECT_EQ(send("/in/" + account_id + "/" + std::string(43, 'x'), secret), 404);
  EXPECT_EQ(send(path, "guess"), 404);
  EXPECT_EQ(rows_in("provider_events"), 0);
  EXPECT_EQ(send(path, secret), 204);
  EXPECT_EQ(rows_in("provider_events"), 1);
  const std::string token = path.substr(path.rfind('/') + 1);
  EXPECT_EQ(audited().find(token), std::string::npos);
  EXPECT_EQ(audited().find(secret), std::string::npos);
}

TEST_F(InboundTest, TheSameEventSentByManyAtOnceIsKeptOnce) {
  open();
  serve();
  EXPECT_EQ(send_at_once(), 8) << "each sender may rest";
  EXPECT_EQ(rows_in("provider_events"), 1);
  EXPECT_EQ(sql("SELECT count(*) FROM events WHERE kind = 'account.provider_event'"), 1);
}

TEST_F(InboundTest, TheSameEventSentByManyAtOnceIsKeptOnceOnPostgres) {
  store_location =
      store::StoreLocation::parse(SecretString(testing_support::new_postgres_schema())).value();
  open();
  serve();
  EXPECT_EQ(send_at_once(), 8);
  EXPECT_EQ(rows_in("provider_events"), 1);
  EXPECT_EQ(sql("SELECT count(*) FROM events WHERE kind = 'account.provider_event'"), 1);
}

TEST_F(InboundTest, WhatComesWhileAnAccountIsSuspendedIsToldWhenItIsResumed) {
  open();
  serve();
  forward();
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), account_id, {})));
  EXPECT_EQ(send(path, secret), 204);
  EXPECT_EQ(rows_in("provider_events"), 1);
  EXPECT_EQ(sql("SELECT count(*) FROM events WHERE kind = 'account.provider_event'"), 0);
  EXPECT_EQ(receiver->count(), 0U);
  ASSERT_TRUE(wait(hub->accounts().resume(hub->project_id(), account_id, {})));
  EXPECT_EQ(receiver->next().at("payload").at("payload").at("person_id").as_string(), "7");
  ASSERT_TRUE(wait(hub->accounts().unlink(hub->project_id(), account_id, {})));
  EXPECT_EQ(send(path, secret), 404) << "gone is gone";
}

TEST_F(InboundTest, WhatWasKeptIsPassedOnAfterAKill) {
  open();
  close_hub();
  ChildProcess doomed(
      PATCHBAY_BUILD_DIR "/bin/patchbay_test_hub",
      {"receive", data, key_file, connectors, kWorkerProgram, std::to_string(personio.port()),
       personio.ca_file(), account_id, path.substr(path.rfind('/') + 1), secret, kEvent});
  ASSERT_EQ(doomed.line(), "done");
  doomed.kill();
  EXPECT_EQ(receiver->count(), 0U);
  open_hub();
  forward();
  EXPECT_EQ(receiver->next().at("payload").at("payload").at("person_id").as_string(), "7");
}

}  // namespace
}  // namespace patchbay::integration
