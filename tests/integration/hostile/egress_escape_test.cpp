// Ways out through the host, which performs a connector's requests: only the manifest's hosts, only
// at public addresses, and whatever a provider answers, no further.
#include <map>
#include <optional>

#include "connector/flow_driver.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net_test_certificates.h"
#include "worker_fixture.h"

namespace patchbay::integration {
namespace {

constexpr const char* kHost = "api.personio.de";  // what the connector's manifest allows

// Names mean what the test says; others do not exist.
class ScriptedResolver final : public net::Resolver {
 public:
  net::Task<Result<std::vector<net::asio::ip::address>>> resolve(
      std::string host, std::chrono::steady_clock::time_point /*deadline*/) override {
    asked.push_back(host);
    std::vector<net::asio::ip::address> addresses;
    for (const auto& text : names[host]) addresses.push_back(net::asio::ip::make_address(text));
    if (addresses.empty()) co_return make_error(ErrorCode::kUnavailable, "no such name");
    co_return addresses;
  }
  std::map<std::string, std::vector<std::string>> names;
  std::vector<std::string> asked;
};

class EgressEscapeTest : public WorkerTest {
 protected:
  EgressEscapeTest()
      : manifest(connector::read_connector_file(hostile_connector("escape")).value().manifest),
        runtime(open(hostile_connector("escape"))) {
    use({});
  }
  ~EgressEscapeTest() override {
    runtime->stop();
    http.reset();
    if (server) loops.block_on(server->stop(0ms));
  }

  void use(net::EgressRules rules) {
    auto policy = net::EgressPolicy::make(std::move(rules));
    http.reset();
    http = std::make_unique<net::HttpClient>(
        loops.loop(0), std::make_shared<const net::EgressPolicy>(std::move(*policy)),
        net::ClientOptions{}, resolver);
  }

  // The provider, on loopback under its real name.
  void start_provider(net::Response (*answer)()) {
    const auto files = ca.issue("DNS:" + std::string(kHost));
    net::ServerOptions options;
    options.tls.certificate = files.certificate;
    options.tls.key = files.key;
    options.allowed_hosts = {kHost, "127.0.0.1", "localhost"};
    auto started = net::HttpServer::start(
        loops, options, [this, answer](net::Request&) -> net::Task<net::Response> {
          ++provider_calls;
          co_return answer();
        });
    server = std::move(started).value();
    net::EgressRules rules;
    rules.overrides = {{kHost, "127.0.0.1", server->port(), ca.file()}};
    use(std::move(rules));
  }

  // What the connector tells of its request.
  std::string ask(const std::string& url) {
    connector::FlowInput input;
    input.fields = {{"url", url}};
    const auto outcome = wait(connector::drive_flow({*runtime, *http, clock, random},
                                                    {.operation = connector::Operation::kConnect,
                                                     .manifest = manifest,
                                                     .host_values = {},
                                                     .limits = {},
                                                     .cancel = nullptr},
                                                    std::move(input)));
    return outcome.error.message;
  }

  SystemClock clock;
  OsRandom random;
  net::TestCa ca;
  std::shared_ptr<ScriptedResolver> resolver = std::make_shared<ScriptedResolver>();
  std::unique_ptr<net::HttpServer> server;
  std::atomic<int> provider_calls = 0;
  std::unique_ptr<net::HttpClient> http;
  std::shared_ptr<const manifest::Manifest> manifest;
  std::shared_ptr<connector::Runtime> runtime;
};

struct Case {
  const char* name;
  const char* value;
};
std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

class EgressEscapeByUrl : public EgressEscapeTest, public testing::WithParamInterface<Case> {};

TEST_P(EgressEscapeByUrl, IsRefusedBeforeAnyNameIsLookedUp) {
  EXPECT_EQ(ask(GetParam().value), "refused by policy");
  EXPECT_TRUE(resolver->asked.empty()) << resolver->asked.front();
}

INSTANTIATE_TEST_SUITE_P(
    By, EgressEscapeByUrl,
    testing::Values(
        Case{"another_host", "https://attacker.example/"},
        Case{"a_look_alike_digit", "https://api.person1o.de/"},
        Case{"a_look_alike_cyrillic", "https://api.p\xd0\xb5rsonio.de/"},
        Case{"a_look_alike_punycode", "https://api.xn--prsonio-9ng.de/"},
        Case{"a_longer_name", "https://api.personio.de.attacker.example/"},
        Case{"a_prefix", "https://evil-api.personio.de/"},
        Case{"the_parent_domain", "https://personio.de/"},
        Case{"a_subdomain", "https://x.api.personio.de/"},
        Case{"a_trailing_dot", "https://api.personio.de./"},
        Case{"user_information", "https://api.personio.de@attacker.example/"},
        Case{"user_information_and_password", "https://api.personio.de:443@attacker.example/"},
        Case{"user_information_before_the_host", "https://user@api.personio.de/"},
        Case{"a_backslash", "https://attacker.example\\@api.personio.de/"},
        Case{"a_backslash_after_the_host", "https://api.personio.de\\@attacker.example/"},
        Case{"a_fragment_in_the_host", "https://attacker.example#@api.personio.de/"},
        Case{"a_query_in_the_host", "https://attacker.example?@api.personio.de/"},
        Case{"an_escaped_dot", "https://api%2epersonio.de/"},
        Case{"an_escaped_slash", "https://api.personio.de%2f.attacker.example/"},
        Case{"a_tab", "https://api.personio.de\t.attacker.example/"},
        Case{"a_line_break", "https://api.personio.de/\r\nHost: attacker.example"},
        Case{"a_blank", "https://api.personio.de .attacker.example/"},
        Case{"another_port", "https://api.personio.de:8443/"},
        Case{"port_zero", "https://api.personio.de:0/"},
        Case{"a_port_that_wraps", "https://api.personio.de:65979/"},
        Case{"plain_http", "http://api.personio.de/"},
        Case{"another_scheme", "ftp://api.personio.de/"}, Case{"a_file", "file:///etc/passwd"},
        Case{"no_scheme", "//api.personio.de/"}, Case{"loopback", "https://127.0.0.1/"},
        Case{"loopback_by_name", "https://localhost/"},
        Case{"loopback_as_a_number", "https://2130706433/"},
        Case{"loopback_in_hex", "https://0x7f.0.0.1/"},
        Case{"loopback_version_6", "https://[::1]/"},
        Case{"cloud_metadata", "https://169.254.169.254/latest/meta-data"},
        Case{"a_zone", "https://[fe80::1%25eth0]/"}, Case{"nothing", "https:///"}),
    name_of);

TEST_F(EgressEscapeTest, UpperCaseIsTheSameHost) {
  EXPECT_NE(ask("https://API.PERSONIO.DE/"), "");
  for (const auto& host : resolver->asked) EXPECT_EQ(host, kHost);
}

// DNS rebinding: the name is allowed, what it means is not.
class EgressEscapeByName : public EgressEscapeTest, public testing::WithParamInterface<Case> {};

TEST_P(EgressEscapeByName, IsRefusedForItsAddress) {
  resolver->names[kHost] = {GetParam().value};
  EXPECT_EQ(ask("https://api.personio.de/"), "refused by policy");
  EXPECT_EQ(resolver->asked.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    To, EgressEscapeByName,
    testing::Values(Case{"loopback", "127.0.0.1"}, Case{"loopback_elsewhere", "127.8.8.8"},
                    Case{"loopback_6", "::1"}, Case{"loopback_mapped", "::ffff:127.0.0.1"},
                    Case{"unspecified", "0.0.0.0"}, Case{"private_10", "10.0.0.1"},
                    Case{"private_172", "172.16.0.1"}, Case{"private_192", "192.168.0.1"},
                    Case{"metadata", "169.254.169.254"}, Case{"metadata_6", "fd00:ec2::254"},
                    Case{"link_local", "169.254.1.1"}, Case{"link_local_6", "fe80::1"},
                    Case{"shared", "100.64.0.1"}, Case{"nat64", "64:ff9b::7f00:1"},
                    Case{"six_to_four", "2002:7f00:1::1"}, Case{"multicast", "224.0.0.1"},
                    Case{"broadcast", "255.255.255.255"}),
    name_of);

TEST_F(EgressEscapeTest, ARedirectIsHandedBackAndNotFollowed) {
  start_provider([] { return net::redirect("https://127.0.0.1/inner"); });
  EXPECT_EQ(ask("https://api.personio.de/"), "net error 0, status 303");
  EXPECT_EQ(provider_calls, 1);
  // A connector that follows it itself meets the policy.
  EXPECT_EQ(ask("https://127.0.0.1/inner"), "refused by policy");
  EXPECT_EQ(provider_calls, 1);
}

TEST_F(EgressEscapeTest, WhatIsAllowedArrives) {
  start_provider([] { return net::text("hello"); });
  EXPECT_EQ(ask("https://api.personio.de/"), "net error 0, status 200");
  EXPECT_EQ(provider_calls, 1);
}

}  // namespace
}  // namespace patchbay::integration
