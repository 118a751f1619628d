// HttpClient against real servers on loopback: TLS, policy, pool, and answers of every bad kind.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <optional>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/loops.h"
#include "net_test_sockets.h"

namespace patchbay::net {
namespace {

using namespace std::chrono_literals;

// Names mean what the test says; a name it does not know never gets an answer.
class FakeResolver final : public Resolver {
 public:
  std::map<std::string, std::vector<std::string>> names;
  int asked = 0;

  Task<Result<std::vector<asio::ip::address>>> resolve(
      std::string host, std::chrono::steady_clock::time_point deadline) override {
    ++asked;
    const auto found = names.find(host);
    if (found == names.end()) {
      asio::steady_timer never(co_await asio::this_coro::executor, deadline + 1h);
      co_await never.async_wait(asio::use_awaitable);
    }
    if (found->second.empty()) {
      co_return make_error(ErrorCode::kUnavailable, "The name " + host + " could not be resolved.");
    }
    std::vector<asio::ip::address> addresses;
    for (const auto& text : found->second) addresses.push_back(asio::ip::make_address(text));
    co_return addresses;
  }
};

class HttpClientTest : public testing::Test {
 protected:
  static constexpr const char* kHost = "api.example.com";

  ~HttpClientTest() override {
    client_.reset();
    if (server_) server_loops_.block_on(server_->stop(0ms));
    server_loops_.stop();
  }

  // An HttpServer with a certificate of our CA that answers "METHOD host path body".
  void start_server(const TestCa::Files& files) {
    ServerOptions options;
    options.tls.certificate = files.certificate;
    options.tls.key = files.key;
    options.allowed_hosts = {kHost, "other.example.com", "127.0.0.1"};
    options.limits.max_body_bytes = std::size_t{4} << 20U;
    auto server = HttpServer::start(server_loops_, options, [](Request& request) -> Task<Response> {
      if (request.path == "/away") co_return redirect("https://evil.example/");
      co_return text(request.method + " " + request.host + " " + request.target + " " +
                     std::string(request.body.reveal()));
    });
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    server_loops_.start();
  }

  void use_override(std::uint16_t port, const std::string& ca_file, const char* host = kHost) {
    EgressRules rules;
    rules.overrides = {{host, "127.0.0.1", port, ca_file}};
    use(std::move(rules));
  }
  // http://api.example.com:port reaches a scripted server without TLS.
  void use_plain(std::uint16_t port) {
    port_ = port;
    EgressRules rules;
    rules.allow_plain_http = true;
    rules.allow_private_addresses = true;
    rules.extra_ports = {port};
    resolver_->names[kHost] = {"127.0.0.1"};
    use(std::move(rules));
  }
  void use(EgressRules rules) {
    auto policy = EgressPolicy::make(std::move(rules));
    ASSERT_TRUE(policy) << policy.error().message;
    client_ = std::make_unique<HttpClient>(loops_.loop(0),
                                           std::make_shared<const EgressPolicy>(*std::move(policy)),
                                           options_, resolver_);
  }

  ClientReply send(ClientRequest request, std::chrono::milliseconds within = 5s) {
    if (request.allowed_hosts.empty()) request.allowed_hosts = {kHost};
    return loops_.block_on(client_->send(std::move(request), within));
  }
  ClientReply get(const std::string& path = "/", std::chrono::milliseconds within = 5s) {
    ClientRequest request;
    request.url = base() + path;
    return send(std::move(request), within);
  }
  ClientReply post(const std::string& body, std::optional<bool> repeatable = {}) {
    ClientRequest request;
    request.method = "POST";
    request.url = base() + "/token";
    request.body = SecretString(body);
    request.repeatable = repeatable;
    return send(std::move(request));
  }
  [[nodiscard]] std::string base() const {
    return port_ == 0 ? "https://" + std::string(kHost)
                      : "http://" + std::string(kHost) + ":" + std::to_string(port_);
  }
  // The reply to a GET that a scripted server answers with these bytes before it closes.
  ClientReply reply_to(
      const std::string& bytes, std::size_t max_answer = 1000,
      std::function<std::size_t(unsigned, std::optional<std::uint64_t>)> bound_answer = {}) {
    const ScriptedServer server([&](int, Channel& channel) {
      channel.read_message();
      channel.send(bytes);
    });
    use_plain(server.port());
    ClientRequest request;
    request.url = base() + "/";
    request.max_answer_bytes = max_answer;
    request.bound_answer = std::move(bound_answer);
    return send(std::move(request));
  }

  TestCa ca_;
  LoopPool server_loops_{2};
  LoopPool loops_{1};
  ClientOptions options_;
  std::uint16_t port_ = 0;
  std::shared_ptr<FakeResolver> resolver_ = std::make_shared<FakeResolver>();
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, ReachesAnOverriddenHostUnderItsRealName) {
  start_server(ca_.issue("DNS:api.example.com"));
  use_override(server_->port(), ca_.file());
  const ClientReply reply = get("/v2/persons?limit=1");
  ASSERT_TRUE(reply.ok()) << reply.message;
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body.reveal(), "GET api.example.com /v2/persons?limit=1 ");
  EXPECT_TRUE(reply.headers.has("X-Request-Id"));
  EXPECT_TRUE(reply.maybe_processed);
  EXPECT_EQ(resolver_->asked, 0);
}

TEST_F(HttpClientTest, SendsAndReceivesBodiesOverTls) {
  start_server(ca_.issue("DNS:api.example.com"));
  use_override(server_->port(), ca_.file());
  EXPECT_EQ(post("grant=x").body.reveal(), "POST api.example.com /token grant=x");
  ClientRequest request;
  request.method = "PUT";
  request.url = base() + "/";
  request.body = SecretString(std::string(std::size_t{3} << 20U, 'x'));
  request.max_answer_bytes = std::size_t{4} << 20U;
  const ClientReply reply = send(std::move(request));
  ASSERT_TRUE(reply.ok()) << reply.message;
  EXPECT_GT(reply.body.size(), std::size_t{3} << 20U);
}

TEST_F(HttpClientTest, RefusesACertificateThatDoesNotVerifyBeforeSendingAnything) {
  const TestCa other;
  struct Case {
    const char* name;
    TestCa::Files files;
    std::string ca_file, expected;
  };
  const Case cases[] = {
      {"another CA", ca_.issue("DNS:api.example.com"), other.file(), "issuer certificate"},
      {"another host", ca_.issue("DNS:evil.example.com"), ca_.file(), "ostname mismatch"},
      {"the address as name", ca_.issue("IP:127.0.0.1"), ca_.file(), "ostname mismatch"},
      {"expired", ca_.issue("DNS:api.example.com", -7200, -3600), ca_.file(), "expired"},
      {"not yet valid", ca_.issue("DNS:api.example.com", 3600, 7200), ca_.file(), "not yet valid"},
  };
  for (const Case& c : cases) {
    const ScriptedServer server([](int, Channel& channel) { channel.read_message(); }, &c.files);
    use_override(server.port(), c.ca_file);
    const ClientReply reply = post("secret");
    EXPECT_EQ(reply.error, NetError::kTlsCertificate) << c.name << reply.message;
    EXPECT_NE(reply.message.find(c.expected), std::string::npos) << c.name << reply.message;
    EXPECT_FALSE(reply.maybe_processed) << c.name;
    EXPECT_EQ(reply.as_error().code, ErrorCode::kUnavailable);
  }
}

TEST_F(HttpClientTest, DoesNotTrustTheOverridesCaForOtherHosts) {
  start_server(ca_.issue("DNS:api.example.com,DNS:other.example.com"));
  EgressRules rules;
  rules.allow_private_addresses = true;
  rules.extra_ports = {server_->port()};
  rules.overrides = {{kHost, "127.0.0.1", server_->port(), ca_.file()}};
  resolver_->names["other.example.com"] = {"127.0.0.1"};
  use(std::move(rules));
  EXPECT_TRUE(get().ok());
  ClientRequest request;
  request.url = "https://other.example.com:" + std::to_string(server_->port()) + "/";
  request.allowed_hosts = {"other.example.com"};
  EXPECT_EQ(send(std::move(request)).error, NetError::kTlsCertificate);
}

TEST_F(HttpClientTest, UsesTheOperatorsOwnCaAndChecksAddressCertificates) {
  start_server(ca_.issue("IP:127.0.0.1"));
  EgressRules rules;
  rules.allow_private_addresses = true;
  rules.extra_ports = {server_->port()};
  rules.ca_file = ca_.file();
  use(std::move(rules));
  ClientRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(server_->port()) + "/";
  request.allowed_hosts = {"127.0.0.1"};
  const ClientReply reply = send(std::move(request));
  EXPECT_TRUE(reply.ok()) << reply.message;
}

TEST_F(HttpClientTest, SpeaksTlsOnlyWithThoseWhoDo) {
  const ScriptedServer plain([](int, Channel& channel) {
    channel.read_some();
    channel.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  use_override(plain.port(), ca_.file());
  const ClientReply reply = get();
  EXPECT_EQ(reply.error, NetError::kTls);
  EXPECT_FALSE(reply.maybe_processed);
}

TEST_F(HttpClientTest, RefusesHostsThatResolveInsideTheNetwork) {
  use({});
  for (const char* inside :
       {"127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "169.254.0.1",
        "100.64.0.1", "224.0.0.1", "0.0.0.0", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "ff02::1"}) {
    resolver_->names[kHost] = {inside};
    const ClientReply reply = get();
    EXPECT_EQ(reply.error, NetError::kPolicy) << inside;
    EXPECT_FALSE(reply.maybe_processed);
    EXPECT_EQ(reply.as_error().code, ErrorCode::kConfiguration);
  }
}

TEST_F(HttpClientTest, RefusesHostsSchemesPortsAndMethodsBeforeResolvingAnything) {
  use({});
  resolver_->names[kHost] = {"127.0.0.1"};
  const auto refused = [&](const char* url, const char* method = "GET") {
    ClientRequest request;
    request.url = url;
    request.method = method;
    return send(std::move(request)).error == NetError::kPolicy;
  };
  EXPECT_TRUE(refused("https://evil.example/"));
  EXPECT_TRUE(refused("http://api.example.com/"));
  EXPECT_TRUE(refused("https://api.example.com:8443/"));
  EXPECT_TRUE(refused("https://user@api.example.com/"));
  EXPECT_TRUE(refused("api.example.com"));
  EXPECT_TRUE(refused("https://api.example.com/", "CONNECT"));
  EXPECT_TRUE(refused("https://api.example.com/", "GET / HTTP/1.1\r\nX:"));
  EXPECT_EQ(resolver_->asked, 0);
}

TEST_F(HttpClientTest, TellsThatANameDoesNotResolve) {
  use({});
  resolver_->names[kHost] = {};
  const ClientReply reply = get();
  EXPECT_EQ(reply.error, NetError::kDns);
  EXPECT_FALSE(reply.maybe_processed);
  EXPECT_NE(reply.message.find(kHost), std::string::npos);
}

TEST_F(HttpClientTest, AsksTheSystemForNames) {
  const auto resolver = system_resolver();
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  const auto local = loops_.block_on(resolver->resolve("localhost", deadline));
  ASSERT_TRUE(local);
  for (const auto& address : *local) EXPECT_TRUE(address.is_loopback());
  EXPECT_FALSE(loops_.block_on(resolver->resolve("nothing.invalid", deadline)));
}

TEST_F(HttpClientTest, TellsThatNobodyListens) {
  std::uint16_t port = 0;
  {
    port = ScriptedServer([](int, Channel&) {}).port();
  }
  use_plain(port);
  const ClientReply reply = get();
  EXPECT_EQ(reply.error, NetError::kConnect) << reply.message;
  EXPECT_FALSE(reply.maybe_processed);
}

TEST_F(HttpClientTest, TriesTheNextAddressWhenOneDoesNotAnswer) {
  const ScriptedServer server([](int, Channel& channel) {
    channel.read_message();
    channel.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  use_plain(server.port());
  resolver_->names[kHost] = {"127.0.0.2", "::1", "127.0.0.1"};
  EXPECT_EQ(get().status, 204U);
}

TEST_F(HttpClientTest, EndsAtItsDeadlineInEveryStep) {
  const auto timed = [&](const char* step) {
    const auto began = std::chrono::steady_clock::now();
    const ClientReply reply = get("/", 150ms);
    EXPECT_EQ(reply.error, NetError::kTimeout) << step << reply.message;
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s) << step;
    EXPECT_EQ(reply.as_error().code, ErrorCode::kTimeout);
    return reply.maybe_processed;
  };
  const auto wait = [](int, Channel& channel) { channel.read_all(); };
  const ScriptedServer silent(wait);
  use_override(silent.port(), ca_.file());
  EXPECT_FALSE(timed("handshake"));
  use_plain(silent.port());
  EXPECT_TRUE(timed("answer"));
  const ScriptedServer trickle([](int, Channel& channel) {
    channel.read_message();
    channel.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    while (channel.send("x")) std::this_thread::sleep_for(20ms);
  });
  use_plain(trickle.port());
  EXPECT_TRUE(timed("body"));
}

TEST_F(HttpClientTest, EndsWhenItIsCancelled) {
  const ScriptedServer silent([](int, Channel& channel) { channel.read_all(); });
  use_plain(silent.port());
  for (const bool while_resolving : {false, true}) {
    if (while_resolving) resolver_->names.clear();
    ClientRequest request;
    request.url = base() + "/";
    request.allowed_hosts = {kHost};
    asio::cancellation_signal signal;
    std::optional<ClientReply> reply;
    const auto keep = [&]() -> Task<> { reply = co_await client_->send(std::move(request), 10s); };
    bool ended = false;
    asio::co_spawn(loops_.loop(0), keep(),
                   asio::bind_cancellation_slot(signal.slot(),
                                                [&](const std::exception_ptr&) { ended = true; }));
    const auto cancel_soon = [&]() -> Task<> {
      asio::steady_timer timer(loops_.loop(0), 50ms);
      co_await timer.async_wait(asio::use_awaitable);
      signal.emit(asio::cancellation_type::terminal);
      while (!ended) {
        timer.expires_after(1ms);
        co_await timer.async_wait(asio::use_awaitable);
      }
    };
    loops_.block_on(cancel_soon());
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->error, NetError::kCancelled);
    EXPECT_EQ(reply->maybe_processed, !while_resolving);
  }
}

TEST_F(HttpClientTest, SendsItsOwnFramingAndNothingElseOfTheSort) {
  std::string seen;
  const ScriptedServer server([&](int, Channel& channel) {
    seen = channel.read_message();
    channel.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  use_plain(server.port());
  ClientRequest request;
  request.method = "POST";
  request.url = base() + "/a?b=c";
  request.headers = {{"Host", "evil.example"},         {"Content-Length", "999"},
                     {"Transfer-Encoding", "chunked"}, {"Connection", "upgrade"},
                     {"Authorization", "Bearer x"},    {"X-Bad", "a\r\nX-Injected: 1"}};
  request.body = SecretString("body");
  EXPECT_EQ(send(std::move(request)).status, 200U);
  const std::string host = "api.example.com:" + std::to_string(server.port());
  EXPECT_EQ(seen, "POST /a?b=c HTTP/1.1\r\nHost: " + host +
                      "\r\nAccept-Encoding: identity\r\nUser-Agent: Patchbay\r\n"
                      "Authorization: Bearer x\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_F(HttpClientTest, KeepsConnectionsAndUsesThemAgain) {
  start_server(ca_.issue("DNS:api.example.com"));
  use_override(server_->port(), ca_.file());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get().ok());
  ASSERT_TRUE(post("x").ok());
  EXPECT_EQ(client_->idle_connections(), 1U);
  EXPECT_EQ(server_->connections(), 1U);
  client_->close_idle();
  EXPECT_EQ(client_->idle_connections(), 0U);
}

TEST_F(HttpClientTest, TakesAFreshConnectionWhenAsked) {
  start_server(ca_.issue("DNS:api.example.com"));
  use_override(server_->port(), ca_.file());
  ASSERT_TRUE(get().ok());
  ClientRequest request;
  request.url = base() + "/";
  request.fresh_connection = true;
  ASSERT_TRUE(send(std::move(request)).ok());
  EXPECT_EQ(client_->idle_connections(), 2U);
}

TEST_F(HttpClientTest, SendsNothingOfARequestThatIsWithdrawnWhileItConnects) {
  start_server(ca_.issue("DNS:api.example.com"));
  use_override(server_->port(), ca_.file());
  bool connected = false;
  ClientRequest request;
  request.url = base() + "/";
  request.go_ahead = [&] {
    connected = server_->connections() == 1;
    return false;
  };
  const ClientReply reply = send(std::move(request));
  EXPECT_EQ(reply.error, NetError::kCancelled);
  EXPECT_FALSE(reply.maybe_processed);
  EXPECT_TRUE(connected) << "it was asked too early";
}

TEST_F(HttpClientTest, LetsIdleConnectionsGoInTime) {
  options_.idle_time = 50ms;
  start_server(ca_.issue("DNS:api.example.com"));
  use_override(server_->port(), ca_.file());
  ASSERT_TRUE(get().ok());
  EXPECT_EQ(client_->idle_connections(), 1U);
  const auto wait = [&]() -> Task<> {
    asio::steady_timer timer(loops_.loop(0), 200ms);
    co_await timer.async_wait(asio::use_awaitable);
  };
  loops_.block_on(wait());
  EXPECT_EQ(client_->idle_connections(), 0U);
}

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST_F(HttpClientTest, NoticesAKeptConnectionTheServerHasClosedBeforeUsingIt) {
  const ScriptedServer server([](int, Channel& channel) {
    channel.read_message();
    channel.send(kOk);
  });
  use_plain(server.port());
  ASSERT_TRUE(get().ok());
  std::this_thread::sleep_for(50ms);  // for the FIN to arrive
  const ClientReply reply = post("once");
  EXPECT_TRUE(reply.ok()) << reply.message;
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpClientTest, RepeatsOnAFreshConnectionOnlyWhatMayBeSentTwice) {
  // The first connection dies when the second request has been read: too late to notice before.
  const auto script = [](int number, Channel& channel) {
    channel.read_message();
    channel.send(kOk);
    channel.read_message();
    if (number == 1) return;
    channel.send(kOk);
    channel.read_all();
  };
  {
    const ScriptedServer server(script);
    use_plain(server.port());
    ASSERT_TRUE(get().ok());
    EXPECT_TRUE(get().ok());
    EXPECT_EQ(server.connections(), 2);
    client_.reset();
  }
  {
    const ScriptedServer server(script);
    use_plain(server.port());
    ASSERT_TRUE(get().ok());
    const ClientReply reply = post("once");
    EXPECT_EQ(reply.error, NetError::kReset);
    EXPECT_TRUE(reply.maybe_processed);
    EXPECT_EQ(server.connections(), 1);
    client_.reset();
  }
  {
    const ScriptedServer server(script);
    use_plain(server.port());
    ASSERT_TRUE(get().ok());
    EXPECT_TRUE(post("twice", true).ok());
    EXPECT_EQ(server.connections(), 2);
    client_.reset();
  }
}

TEST_F(HttpClientTest, DoesNotKeepAConnectionThatSaidMoreThanItWasAsked) {
  const ScriptedServer server([](int, Channel& channel) {
    channel.read_message();
    channel.send(kOk + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    channel.read_all();
  });
  use_plain(server.port());
  EXPECT_EQ(get().body.reveal(), "ok");
  EXPECT_EQ(client_->idle_connections(), 0U);
}

TEST_F(HttpClientTest, ReadsAnswersOfEveryFraming) {
  EXPECT_EQ(reply_to(kOk).body.reveal(), "ok");
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")
                .body.reveal(),
            "ok");
  EXPECT_EQ(reply_to("HTTP/1.0 200 OK\r\n\r\nuntil the end").body.reveal(), "until the end");
  EXPECT_EQ(reply_to("HTTP/1.1 204 No Content\r\n\r\n").status, 204U);
  EXPECT_EQ(reply_to("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n").status, 304U);
  EXPECT_EQ(
      reply_to("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kOk)
          .body.reveal(),
      "ok");
  EXPECT_EQ(reply_to("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok").body.reveal(), "ok");
}

TEST_F(HttpClientTest, FollowsNoRedirect) {
  start_server(ca_.issue("DNS:api.example.com"));
  use_override(server_->port(), ca_.file());
  const ClientReply reply = get("/away");
  EXPECT_EQ(reply.status, 303U);
  EXPECT_EQ(reply.headers.get("Location"), "https://evil.example/");
}

TEST_F(HttpClientTest, ReadsNoBodyAfterHead) {
  const ScriptedServer server([](int, Channel& channel) {
    channel.read_message();
    channel.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    channel.read_all();
  });
  use_plain(server.port());
  ClientRequest request;
  request.method = "HEAD";
  request.url = base() + "/";
  const ClientReply reply = send(std::move(request));
  EXPECT_EQ(reply.status, 200U) << reply.message;
  client_.reset();
}

TEST_F(HttpClientTest, AsksWithTheHeadHowLongTheAnswerMayBe) {
  const std::string lot(5000, 'x');
  std::vector<std::optional<std::uint64_t>> told;
  const auto bound = [&told](std::size_t bytes) {
    return [&told, bytes](unsigned status, std::optional<std::uint64_t> length) {
      EXPECT_EQ(status, 200U);
      told.push_back(length);
      return bytes;
    };
  };
  const std::string with_length = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + lot;
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + lot + "\r\n0\r\n\r\n";
  const std::string to_the_end = "HTTP/1.1 200 OK\r\n\r\n" + lot;
  for (const auto& answer : {with_length, chunked, to_the_end}) {
    EXPECT_EQ(reply_to(answer, 1000, bound(5000)).body.size(), 5000U);
    EXPECT_EQ(reply_to(answer, 1000, bound(4999)).error, NetError::kTooLarge);
    EXPECT_EQ(reply_to(answer, 9000, bound(10)).error, NetError::kTooLarge) << "a lower one";
  }
  using Told = std::vector<std::optional<std::uint64_t>>;
  const std::optional<std::uint64_t> none;
  EXPECT_EQ(told, (Told{5000, 5000, 5000, none, none, none, none, none, none}));
}

TEST_F(HttpClientTest, StopsReadingAnAnswerOverTheLimit) {
  const std::string lot(5000, 'x');
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n").error, NetError::kTooLarge);
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\n\r\n" + lot).error, NetError::kTooLarge);
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + lot).error,
            NetError::kTooLarge);
  const ClientReply reply = reply_to("HTTP/1.1 200 OK\r\n\r\n" + lot);
  EXPECT_TRUE(reply.body.empty());
  EXPECT_EQ(reply.status, 0U);
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\n\r\n" + std::string(1000, 'x')).body.size(), 1000U);
}

TEST_F(HttpClientTest, TellsACutAnswerFromAWholeOne) {
  for (const char* cut :
       {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"}) {
    const ClientReply reply = reply_to(cut);
    EXPECT_EQ(reply.error, NetError::kReset) << cut;
    EXPECT_TRUE(reply.maybe_processed);
  }
}

TEST_F(HttpClientTest, TakesATlsStreamForWholeOnlyWhenItWasClosedProperly) {
  const auto files = ca_.issue("DNS:api.example.com");
  for (const bool proper : {false, true}) {
    const ScriptedServer server(
        [&](int, Channel& channel) {
          channel.read_message();
          channel.send("HTTP/1.1 200 OK\r\n\r\npart");
          if (proper) channel.finish_tls();
        },
        &files);
    use_override(server.port(), ca_.file());
    const ClientReply reply = get();
    EXPECT_EQ(reply.error, proper ? NetError::kNone : NetError::kReset) << reply.message;
  }
}

TEST_F(HttpClientTest, RefusesAnswersThatAreNotHttp) {
  for (const char* garbage :
       {"SSH-2.0-OpenSSH_9.2\r\n", "<html>hello</html>", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 999 Strange\r\n\r\n", "HTTP/1.1 200 OK\nX: y\n\n",
        "HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\x01"
        "b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}) {
    EXPECT_EQ(reply_to(garbage).error, NetError::kProtocol) << garbage;
  }
  EXPECT_EQ(reply_to("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')).error,
            NetError::kProtocol);
}

TEST_F(HttpClientTest, ReadsTheAnswerOfAServerThatDidNotWantTheWholeBody) {
  const ScriptedServer server([](int, Channel& channel) {
    channel.read_some();
    channel.send(
        "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    channel.finish_sending();
    channel.read_all();
  });
  use_plain(server.port());
  EXPECT_EQ(post(std::string(200'000, 'x')).status, 413U);
  EXPECT_EQ(client_->idle_connections(), 0U);
}

TEST_F(HttpClientTest, NeverNamesABodyOrHeaderInItsMessages) {
  const ScriptedServer server([](int, Channel& channel) { channel.read_message(); });
  use_plain(server.port());
  ClientRequest request;
  request.method = "POST";
  request.url = base() + "/token?code=hush";
  request.headers = {{"Authorization", "Bearer hush"}};
  request.body = SecretString("client_secret=hush");
  const ClientReply reply = send(std::move(request));
  EXPECT_FALSE(reply.ok());
  EXPECT_EQ(reply.message.find("hush"), std::string::npos);
}

TEST_F(HttpClientTest, RefusesOldProtocolsAndWeakSuitesAsAServer) {
  start_server(ca_.issue("DNS:api.example.com"));
  const auto can_talk = [&](int version, const char* suites) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    if (suites != nullptr) SSL_CTX_set_cipher_list(context.get(), suites);
    Channel channel = raw_client(server_->port());
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
    SSL_set_fd(ssl.get(), channel.fd());
    return SSL_connect(ssl.get()) == 1;
  };
  EXPECT_TRUE(can_talk(TLS1_3_VERSION, nullptr));
  EXPECT_TRUE(can_talk(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"));
  EXPECT_FALSE(can_talk(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA"));
  EXPECT_FALSE(can_talk(TLS1_1_VERSION, nullptr));
}

// What is handed on, with the server that it comes from.
class HandsOn : public HttpClientTest {
 protected:
  static constexpr const char* kHead = "HTTP/1.1 200 OK\r\nX-Theirs: 1\r\n";

  void answer(std::string framing, std::string body) {
    server_.emplace([framing = std::move(framing), body = std::move(body)](int, Channel& channel) {
      while (!channel.read_message().empty()) channel.send(kHead + framing + "\r\n\r\n" + body);
    });
    use_plain(server_->port());
  }
  ClientReply ask() {
    ClientRequest request;
    request.url = base() + "/";
    request.hand_on = [](unsigned status, std::optional<std::uint64_t>) { return status == 200; };
    request.pace = pace_;
    return send(std::move(request));
  }
  Result<std::optional<std::string>> next(const ClientReply& reply) {
    return loops_.block_on(reply.rest());
  }

  BodyPace pace_;
  std::optional<ScriptedServer> server_;
};

TEST_F(HandsOn, TheHeadBeforeTheBodyAndThenItsParts) {
  answer("Content-Length: 5", "abcde");
  auto reply = ask();
  ASSERT_TRUE(reply.ok()) << reply.message;
  EXPECT_EQ(reply.headers.get("X-Theirs"), "1");
  EXPECT_TRUE(reply.body.empty());
  ASSERT_TRUE(reply.rest);
  std::string all;
  for (auto part = next(reply); part && *part; part = next(reply)) all += **part;
  EXPECT_EQ(all, "abcde");
  EXPECT_EQ(client_->idle_connections(), 1U);
  EXPECT_EQ(next(reply).value(), std::nullopt) << "however often one asks";
  EXPECT_EQ(ask().status, 200U);
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HandsOn, NothingOfAnAnswerThatIsOverWithItsHead) {
  answer("Content-Length: 0", "");
  const auto reply = ask();
  EXPECT_TRUE(reply.ok());
  EXPECT_FALSE(reply.rest);
  EXPECT_EQ(client_->idle_connections(), 1U);
}

TEST_F(HandsOn, AConnectionThatEndsWithTheLastOneWhoWantedIt) {
  answer("Content-Length: 500000", std::string(400'000, 'x'));
  auto reply = ask();
  ASSERT_TRUE(next(reply));
  reply.rest = nullptr;
  EXPECT_EQ(client_->idle_connections(), 0U);
  EXPECT_EQ(ask().status, 200U) << "the server is done with the first one";
}

TEST_F(HandsOn, AFailureWhereTheAnswerBreaksOff) {
  ScriptedServer server([](int, Channel& channel) {
    channel.read_message();
    channel.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
  });
  use_plain(server.port());
  const auto reply = ask();
  ASSERT_TRUE(reply.rest);
  EXPECT_EQ(next(reply).value(), "abcde");
  EXPECT_EQ(next(reply).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(next(reply).error().code, ErrorCode::kUnavailable);
}

TEST_F(HandsOn, AnAnswerWithoutALengthToItsEnd) {
  ScriptedServer server([](int, Channel& channel) {
    channel.read_message();
    channel.send("HTTP/1.1 200 OK\r\n\r\nabcde");
  });
  use_plain(server.port());
  const auto reply = ask();
  ASSERT_TRUE(reply.rest);
  EXPECT_EQ(next(reply).value(), "abcde");
  EXPECT_EQ(next(reply).value(), std::nullopt);
}

TEST_F(HandsOn, NoMoreThanIsAllowed) {
  pace_.max_bytes = 4;
  answer("Content-Length: 5", "abcde");
  EXPECT_EQ(ask().error, NetError::kTooLarge);
  server_.reset();
  answer("Transfer-Encoding: chunked", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  const auto reply = ask();
  ASSERT_TRUE(reply.rest);
  auto part = next(reply);
  while (part && *part) part = next(reply);
  EXPECT_EQ(part.error().code, ErrorCode::kTooLarge);
}

TEST_F(HandsOn, NothingOfAnAnswerThatStandsStill) {
  pace_.grace = 50ms;
  std::promise<void> over;
  ScriptedServer server([&](int, Channel& channel) {
    channel.read_message();
    channel.send("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\nabcde");
    channel.read_some();  // until the client gives up
    over.set_value();
  });
  use_plain(server.port());
  const auto reply = ask();
  ASSERT_TRUE(reply.rest);
  EXPECT_EQ(next(reply).value(), "abcde");
  EXPECT_EQ(next(reply).error().code, ErrorCode::kTimeout);
  EXPECT_EQ(over.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(HandsOn, ABodyInPartsThatIsNotAsLongAsItWasSaidToBe) {
  answer("Content-Length: 0", "");
  for (const std::uint64_t length : {3U, 7U}) {
    ClientRequest request;
    request.method = "PUT";
    request.url = base() + "/";
    request.body_length = length;
    request.body_parts = [left = 1]() mutable -> Task<Result<std::optional<std::string>>> {
      if (left-- > 0) co_return "abcde";
      co_return std::nullopt;
    };
    EXPECT_EQ(send(std::move(request)).error, NetError::kCancelled) << length;
  }
}

}  // namespace
}  // namespace patchbay::net
