// /accounts/{id}/proxy/...: bodies pass through the hub without being held, in either direction,
// and what goes wrong on one side is felt on the other. The provider is a server of these tests.
#include <csignal>
#include <fstream>
#include <sstream>

#include "accounts/integration_service.h"
#include "api/api.h"
#include "hub_fixture.h"
#include "metrics/hub_counters.h"
#include "net/http_server.h"
#include "unit/net_test_certificates.h"
#include "unit/net_test_sockets.h"

namespace patchbay::integration {
namespace {

constexpr std::size_t kLarge = 200'000'000;
// What may come on top while it passes: buffers, and what else a hub does.
#ifdef PATCHBAY_SANITIZED  // which keep for a while what was freed
constexpr std::int64_t kMostMemory = 1'000'000'000;
#else
constexpr std::int64_t kMostMemory = 48'000'000;
#endif

// A text without end whose bytes tell where they stand.
class Pattern {
 public:
  static std::string block() {
    std::string made(kBlock, ' ');
    for (std::size_t i = 0; i < kBlock; ++i) made[i] = static_cast<char>('a' + i % 26);
    return made;
  }
  // False once something was not as it should be.
  bool take(std::string_view part) {
    for (const char c : part) right_ = c == static_cast<char>('a' + size_++ % 26) && right_;
    return right_;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool right() const { return right_; }

 private:
  static constexpr std::size_t kBlock = std::size_t{26} * 2520;
  std::size_t size_ = 0;
  bool right_ = true;
};

// How much has left; false when the other side does not take it any more.
bool send_pattern(net::Channel& to, std::size_t size, std::atomic<std::size_t>& sent) {
  const std::string block = Pattern::block();
  for (std::size_t left = size; left > 0;) {
    const auto part = std::string_view(block).substr(0, left);
    if (!to.send(part)) return false;
    left -= part.size();
    sent += part.size();
  }
  return true;
}

// The most memory this process had since the last call, in bytes.
std::int64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  std::int64_t peak = 0;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) std::istringstream(line.substr(6)) >> peak;
  std::ofstream("/proc/self/clear_refs") << 5;
  return peak * 1024;
}

class PassingOn : public HubTest {
 protected:
  using Script = net::ScriptedServer::Script;

  PassingOn() {
    std::signal(SIGPIPE, SIG_IGN);  // the provider's, whose connection ends early
  }
  ~PassingOn() override {
    if (server) wait(server->stop(1s));
    if (hub) hub->stop(0ms);  // what runs on its loops uses the rest
    server.reset();
    router.reset();
    api.reset();
    close_hub();
  }

  // An account that is connected, and then a provider that does what the test says.
  void serve(Script script, std::vector<std::string> allowed = {"raw_reads", "raw_writes"}) {
    open_hub();
    const auto account = linked();
    account_id = account.id;
    token = token_value(account_id);
    accounts::IntegrationWish wish;
    wish.allowed_actions = std::move(allowed);
    accounts::IntegrationService integrations(hub->services());
    ASSERT_TRUE(
        wait(integrations.change(hub->project_id(), account.integration_id, std::move(wish), {})));
    key = make_key("actions");
    close_hub();
    provider.emplace(std::move(script), &certificate);
    in_personios_place = {"api.personio.de", "127.0.0.1", provider->port(), ca.file()};
    open_hub();
    api.emplace(api::Options{.hub_url = [] { return std::string("https://hub.example"); },
                             .accounts = hub->accounts(),
                             .services = hub->services(),
                             .keeper = hub->keeper(),
                             .audit = hub->audit()});
    router.emplace();
    api->add_routes(*router);
    net::ServerOptions options;
    options.allowed_hosts = {"hub.example"};
    options.limits = limits;
    options.admit_body = [this](const net::Request& head, std::optional<std::uint64_t> length) {
      return api->admit_body(head, length);
    };
    options.admit_chunked = &api::Api::takes_streams;
    auto started = net::HttpServer::start(
        hub->loops(), options, [this](net::Request& request) { return router->dispatch(request); });
    ASSERT_TRUE(started) << started.error().message;
    server = *std::move(started);
  }

  std::string make_key(const std::string& scopes) {
    auto made = wait(api::create_api_key(hub->store(), hub->clock(), hub->random(),
                                         hub->project_id(), "test", scopes));
    EXPECT_TRUE(made);
    if (made) key_id = made->row.id;
    return made ? std::string(made->key.reveal()) : std::string();
  }

  // A connection on which a request's head has been sent.
  net::Channel ask(const std::string& method, const std::string& more = "",
                   const std::string& with = "") {
    auto channel = net::raw_client(server->port());
    EXPECT_TRUE(channel.send(method + " /accounts/" + account_id +
                             "/proxy/v2/blob?x=1 HTTP/1.1\r\nHost: hub.example\r\n"
                             "Authorization: Bearer " +
                             (with.empty() ? key : with) + "\r\n" + more + "\r\n"));
    return channel;
  }

  static bool nothing_under_way() {
    return wait_until([] { return metrics::of_hub().proxy_streams.value() == 0; });
  }

  static std::string head_of(const std::string& framing) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nX-Theirs: 1\r\n"
           "Strict-Transport-Security: max-age=1\r\nSet-Cookie: a=b\r\n" +
           framing + "\r\n\r\n";
  }

  net::TestCa ca;
  const net::TestCa::Files certificate = ca.issue("DNS:api.personio.de");
  net::ServerLimits limits;
  // What the provider's script tells.
  std::string asked;
  std::string body;
  Pattern taken_in;
  std::atomic<std::size_t> sent = 0;
  std::atomic<int> requests = 0;
  std::atomic<bool> taken = true;
  std::atomic<bool> over = false;
  std::optional<net::ScriptedServer> provider;
  std::string account_id;
  std::string token;
  std::string key;
  std::string key_id;  // of the last one made
  std::optional<api::Api> api;
  std::optional<net::Router> router;
  std::unique_ptr<net::HttpServer> server;
};

TEST_F(PassingOn, AnAnswerOfAnySizePassesInLittleMemory) {
  serve([&](int, net::Channel& channel) {
    while (!(asked = channel.read_head()).empty()) {
      if (!channel.send(head_of("Content-Length: " + std::to_string(kLarge)))) return;
      if (!send_pattern(channel, kLarge, sent)) return;
    }
  });
  // On both loops: that of the account, and another one.
  for (int round = 0; round < 2; ++round) {
    peak_memory();
    const std::int64_t before = peak_memory();
    auto client = ask("GET", "Cookie: a=b\r\nX-Mine: 2\r\nConnection: X-Hop\r\nX-Hop: 1\r\n");
    const std::string head = client.read_head();
    EXPECT_EQ(net::status_of(head), 200U);
    for (const char* there :
         {"Content-Length: 200000000\r\n", "X-Theirs: 1\r\n", "Patchbay-Answered-By: provider\r\n"})
      EXPECT_NE(head.find(there), std::string::npos) << there << " in " << head;
    for (const char* gone : {"Set-Cookie", "Strict-Transport", "Transfer-Encoding"})
      EXPECT_EQ(head.find(gone), std::string::npos) << gone << " in " << head;
    Pattern came;
    while (came.size() < kLarge) {
      const auto part = client.read_part();
      if (part.empty() || !came.take(part)) break;
    }
    EXPECT_EQ(came.size(), kLarge);
    EXPECT_TRUE(came.right());
    EXPECT_LT(peak_memory() - before, kMostMemory);
    EXPECT_TRUE(nothing_under_way());
    EXPECT_TRUE(asked.starts_with("GET /v2/blob?x=1 HTTP/1.1\r\nHost: api.personio.de\r\n"))
        << asked;
    EXPECT_NE(asked.find("Authorization: Bearer " + token + "\r\n"), std::string::npos);
    EXPECT_NE(asked.find("X-Mine: 2\r\n"), std::string::npos);
    for (const char* gone : {"X-Hop", "Cookie", "pb_"})
      EXPECT_EQ(asked.find(gone), std::string::npos) << gone;
  }
  EXPECT_EQ(provider->connections(), 1) << "the connection is kept for others";
}

TEST_F(PassingOn, ABodyOfAnySizePassesInLittleMemory) {
  serve([&](int, net::Channel& channel) {
    asked = channel.read_head();
    taken_in = Pattern();
    while (taken_in.size() < kLarge) {
      const auto part = channel.read_part();
      if (part.empty() || !taken_in.take(part)) return;
    }
    channel.send("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}");
  });
  for (int round = 0; round < 2; ++round) {
    peak_memory();
    const std::int64_t before = peak_memory();
    auto client =
        ask("POST", "Content-Type: a/b\r\nContent-Length: " + std::to_string(kLarge) + "\r\n");
    EXPECT_TRUE(send_pattern(client, kLarge, sent));
    const std::string answer = client.read_message();
    EXPECT_EQ(net::status_of(answer), 201U) << answer;
    EXPECT_EQ(taken_in.size(), kLarge);
    EXPECT_TRUE(taken_in.right());
    EXPECT_LT(peak_memory() - before, kMostMemory);
    EXPECT_NE(asked.find("Content-Length: 200000000\r\n"), std::string::npos) << asked;
    EXPECT_NE(asked.find("Content-Type: a/b\r\n"), std::string::npos) << asked;
    EXPECT_TRUE(nothing_under_way());
  }
}

TEST_F(PassingOn, WhatComesInChunksGoesInChunks) {
  serve([&](int, net::Channel& channel) {
    const std::string head = channel.read_head();
    EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
    while (!body.ends_with("0\r\n\r\n")) {
      const auto part = channel.read_part();
      if (part.empty()) return;
      body += part;
    }
    channel.send(head_of("Transfer-Encoding: chunked") + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  });
  auto client = ask("POST", "Transfer-Encoding: chunked\r\nConnection: close\r\n");
  EXPECT_TRUE(client.send("4\r\nwxyz\r\n0\r\n\r\n"));
  const std::string answer = client.read_all();
  EXPECT_EQ(body, "4\r\nwxyz\r\n0\r\n\r\n");
  EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("0\r\n\r\n")) << answer;
}

TEST_F(PassingOn, WhoReadsSlowlyHoldsTheProviderBack) {
  limits.write_grace = 60s;
  serve([&](int, net::Channel& channel) {
    channel.read_head();
    channel.send(head_of("Content-Length: " + std::to_string(kLarge)));
    send_pattern(channel, kLarge, sent);
  });
  auto client = ask("GET");
  client.read_head();
  ASSERT_TRUE(wait_until([&] { return sent > 0; }));
  // Until nothing moves any more: all buffers on the way are full, or everything has passed.
  std::size_t last = 0;
  int still = 0;
  ASSERT_TRUE(wait_until([&] {
    still = sent == last ? still + 1 : 0;
    last = sent;
    return still > 200;
  }));
  EXPECT_LT(sent, kLarge / 2);
  Pattern came;
  while (came.size() < kLarge) {
    const auto part = client.read_part();
    if (part.empty() || !came.take(part)) break;
  }
  EXPECT_EQ(came.size(), kLarge) << "and then it goes on";
}

TEST_F(PassingOn, AClientThatGoesAwayEndsTheProvidersConnection) {
  serve([&](int, net::Channel& channel) {
    channel.read_head();
    channel.send(head_of("Content-Length: " + std::to_string(kLarge)));
    taken = send_pattern(channel, kLarge, sent) || !channel.ended();
    over = true;
  });
  {
    auto client = ask("GET");
    client.read_head();
    ASSERT_TRUE(wait_until([&] { return sent > 0; }));
  }
  EXPECT_TRUE(wait_until([&] { return over.load(); }));
  EXPECT_FALSE(taken);
  EXPECT_TRUE(nothing_under_way());
}

TEST_F(PassingOn, AnAccountThatIsSuspendedMeanwhileGetsNoMore) {
  limits.write_grace = 60s;
  serve([&](int, net::Channel& channel) {
    channel.read_head();
    channel.send(head_of("Content-Length: " + std::to_string(kLarge)));
    taken = send_pattern(channel, kLarge, sent) || !channel.ended();
    over = true;
  });
  auto client = ask("GET");
  client.read_head();
  ASSERT_TRUE(wait_until([&] { return sent > 0; }));
  ASSERT_TRUE(wait(hub->accounts().suspend(hub->project_id(), account_id, {})));
  Pattern came;
  for (auto part = client.read_part(); !part.empty(); part = client.read_part()) came.take(part);
  EXPECT_LT(came.size(), kLarge);
  EXPECT_TRUE(came.right());
  EXPECT_TRUE(wait_until([&] { return over.load(); }));
  EXPECT_FALSE(taken);
  EXPECT_TRUE(nothing_under_way());
}

TEST_F(PassingOn, AKeyThatIsWithdrawnMeanwhileGetsNoMore) {
  limits.write_grace = 60s;
  serve([&](int, net::Channel& channel) {
    channel.read_head();
    channel.send(head_of("Transfer-Encoding: chunked"));
    const std::string chunk = "3e8\r\n" + std::string(1000, 'x') + "\r\n";
    while (channel.send(chunk)) ++sent;
    taken = !channel.ended();
    over = true;
  });
  auto client = ask("GET");
  client.read_head();
  ASSERT_TRUE(wait_until([&] { return sent > 0; }));
  ASSERT_TRUE(wait(api::revoke_api_key(hub->store(), hub->clock(), hub->services().instance,
                                       hub->project_id(), key_id)));
  std::size_t came = 0;
  for (auto part = client.read_part(); !part.empty() && came < kLarge; part = client.read_part())
    came += part.size();
  EXPECT_LT(came, kLarge);
  client.cut();
  EXPECT_TRUE(wait_until([&] { return over.load(); }));
  EXPECT_TRUE(nothing_under_way());
}

TEST_F(PassingOn, AClientThatStopsSendingEndsTheProvidersConnection) {
  limits.body_grace = 200ms;
  serve([&](int, net::Channel& channel) {
    asked = channel.read_head();
    for (auto part = channel.read_part(); !part.empty(); part = channel.read_part())
      taken_in.take(part);
    over = true;
  });
  for (const bool goes_away : {true, false}) {
    SCOPED_TRACE(goes_away);
    over = false;
    taken_in = Pattern();
    auto client = ask("POST", "Content-Length: " + std::to_string(kLarge) + "\r\n");
    EXPECT_TRUE(send_pattern(client, 5'000'000, sent));
    if (goes_away) client.cut();
    EXPECT_TRUE(wait_until([&] { return over.load(); }));
    EXPECT_GE(kLarge, taken_in.size() + 1);
    EXPECT_TRUE(taken_in.right());
    EXPECT_TRUE(nothing_under_way());
  }
}

TEST_F(PassingOn, AnAnswerThatBreaksOffIsSeenToBreakOff) {
  for (const bool chunked : {true, false}) {
    SCOPED_TRACE(chunked);
    serve([&](int, net::Channel& channel) {
      channel.read_head();
      channel.send(head_of(chunked ? "Transfer-Encoding: chunked" : "Content-Length: 1000000"));
      channel.send(chunked ? "5\r\nabcde\r\n" : "abcde");
    });
    auto client = ask("GET");
    const std::string answer = client.read_all();
    EXPECT_EQ(net::status_of(answer), 200U) << answer;
    EXPECT_NE(answer.find("abcde"), std::string::npos) << answer;
    EXPECT_FALSE(answer.ends_with("0\r\n\r\n")) << answer;
    EXPECT_TRUE(nothing_under_way());
    wait(server->stop(1s));
    server.reset();
    hub->stop(0ms);
    router.reset();
    api.reset();
    close_hub();
    in_personios_place.reset();
  }
}

TEST_F(PassingOn, TheCredentialIsCoveredWhereverItIsCut) {
  serve([&](int, net::Channel& channel) {
    channel.read_head();
    channel.send("HTTP/1.1 200 OK\r\nX-Echo: " + token + "\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (const auto& part :
         {std::string("<"), token.substr(0, 5), token.substr(5), std::string(">")}) {
      std::ostringstream size;
      size << std::hex << part.size();
      channel.send(size.str() + "\r\n" + part + "\r\n");
      // So that the next one comes by itself.
      std::this_thread::sleep_for(20ms);
    }
    channel.send("0\r\n\r\n");
  });
  auto client = ask("GET", "Connection: close\r\n");
  const std::string answer = client.read_all();
  EXPECT_EQ(answer.find(token), std::string::npos);
  EXPECT_EQ(answer.find(token.substr(0, 5)), std::string::npos) << answer;
  EXPECT_NE(answer.find("X-Echo: [redacted]\r\n"), std::string::npos) << answer;
  EXPECT_EQ(std::count(answer.begin(), answer.end(), '*'), static_cast<long>(token.size()));
  EXPECT_TRUE(answer.ends_with("0\r\n\r\n")) << answer;
}

TEST_F(PassingOn, AnAnswerBeforeTheBodysEndIsPassedOn) {
  serve([&](int, net::Channel& channel) {
    channel.read_head();
    channel.send(
        "HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\nConnection: close\r\n\r\ntoo big");
    channel.finish_sending();
    while (!channel.read_part().empty() && sent < 1'000'000) {
    }
  });
  auto client = ask("POST", "Content-Length: " + std::to_string(kLarge) + "\r\n");
  EXPECT_TRUE(client.send("begun"));
  const std::string answer = client.read_message();
  EXPECT_EQ(net::status_of(answer), 413U) << answer;
  EXPECT_NE(answer.find("Patchbay-Answered-By: provider"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("too big")) << answer;
  client.cut();
  EXPECT_TRUE(nothing_under_way());
}

TEST_F(PassingOn, ABodyInPartsIsSentOnceAndASmallOneAgain) {
  serve([&](int, net::Channel& channel) {
    while (true) {
      asked = channel.read_head();
      if (asked.empty()) return;
      ++requests;
      const bool chunked = asked.find("chunked") != std::string::npos;
      for (std::string body; !body.ends_with(chunked ? "0\r\n\r\n" : "wxyz");) {
        const auto part = channel.read_part();
        if (part.empty()) return;
        body += part;
      }
      channel.send(
          "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 2\r\n\r\n{}");
    }
  });
  auto client = ask("POST", "Transfer-Encoding: chunked\r\nConnection: close\r\n");
  EXPECT_TRUE(client.send("4\r\nwxyz\r\n0\r\n\r\n"));
  const std::string answer = client.read_all();
  EXPECT_EQ(net::status_of(answer), 401U) << answer;
  EXPECT_NE(answer.find("Patchbay-Answered-By: provider"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("WWW-Authenticate"), std::string::npos) << answer;
  EXPECT_EQ(requests, 1) << "the provider's 401 is the client's to deal with";
}

TEST_F(PassingOn, WhatIsNotAllowedIsTheHubsToSay) {
  serve([](int, net::Channel&) { ADD_FAILURE() << "the provider was asked"; }, {"raw_reads"});
  const auto expect_refusal = [&](net::Channel client, unsigned status, const char* code) {
    const std::string answer = client.read_message();
    EXPECT_EQ(net::status_of(answer), status) << answer;
    EXPECT_NE(answer.find(code), std::string::npos) << answer;
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("Patchbay-Answered-By"), std::string::npos) << answer;
  };
  const std::string large = "Content-Length: " + std::to_string(kLarge) + "\r\n";
  expect_refusal(ask("DELETE"), 403, "action_not_allowed");
  expect_refusal(ask("POST", "Content-Length: 0\r\n"), 403, "action_not_allowed");
  expect_refusal(ask("POST", large), 403, "action_not_allowed");
  expect_refusal(ask("POST", large, "pb_nobody"), 401, "unauthenticated");
  expect_refusal(ask("GET", "", "pb_nobody"), 401, "unauthenticated");
  const std::string other = make_key("accounts");
  expect_refusal(ask("GET", "", other), 403, "forbidden");
  expect_refusal(ask("POST", large, other), 403, "forbidden");
  expect_refusal(ask("POST", "Content-Length: 99999999999\r\n"), 413, "too_large");
}

}  // namespace
}  // namespace patchbay::integration
