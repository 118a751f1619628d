#include <gtest/gtest.h>

#include "net/egress.h"

namespace patchbay::net {
namespace {

using boost::asio::ip::make_address;

TEST(Egress, ClassesAddressesAsTheRegistriesDo) {
  const std::vector<std::pair<const char*, AddressClass>> cases{
      {"8.8.8.8", AddressClass::kPublic},
      {"172.15.255.255", AddressClass::kPublic},
      {"172.32.0.0", AddressClass::kPublic},
      {"100.128.0.1", AddressClass::kPublic},
      {"2a00:1450::1", AddressClass::kPublic},
      {"0.0.0.0", AddressClass::kUnspecified},
      {"0.1.2.3", AddressClass::kUnspecified},
      {"::", AddressClass::kUnspecified},
      {"127.0.0.1", AddressClass::kLoopback},
      {"127.255.255.255", AddressClass::kLoopback},
      {"::1", AddressClass::kLoopback},
      {"10.0.0.1", AddressClass::kPrivate},
      {"172.16.0.1", AddressClass::kPrivate},
      {"172.31.255.255", AddressClass::kPrivate},
      {"192.168.1.1", AddressClass::kPrivate},
      {"fc00::1", AddressClass::kPrivate},
      {"fdff::1", AddressClass::kPrivate},
      {"fec0::1", AddressClass::kPrivate},
      {"169.254.1.1", AddressClass::kLinkLocal},
      {"fe80::1", AddressClass::kLinkLocal},
      {"169.254.169.254", AddressClass::kCloudMetadata},
      {"fd00:ec2::254", AddressClass::kCloudMetadata},
      {"100.100.100.200", AddressClass::kCloudMetadata},
      {"168.63.129.16", AddressClass::kCloudMetadata},
      {"100.64.0.1", AddressClass::kSharedNat},
      {"100.127.255.255", AddressClass::kSharedNat},
      {"224.0.0.1", AddressClass::kMulticast},
      {"ff02::1", AddressClass::kMulticast},
      {"255.255.255.255", AddressClass::kReserved},
      {"192.0.2.1", AddressClass::kReserved},
      {"198.18.0.1", AddressClass::kReserved},
      {"2001:db8::1", AddressClass::kReserved},
      {"2001::1", AddressClass::kReserved},
      {"::7f00:1", AddressClass::kReserved},
      {"4000::1", AddressClass::kReserved},
      // An IPv4 address in disguise is what it hides.
      {"::ffff:127.0.0.1", AddressClass::kLoopback},
      {"::ffff:10.0.0.1", AddressClass::kPrivate},
      {"::ffff:8.8.8.8", AddressClass::kPublic},
      {"64:ff9b::169.254.169.254", AddressClass::kCloudMetadata},
      {"64:ff9b::7f00:1", AddressClass::kLoopback},
      {"64:ff9b:1::1", AddressClass::kReserved},
      {"2002:7f00:1::", AddressClass::kLoopback},
      {"2002:a00:1::", AddressClass::kPrivate},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(classify(make_address(text)), expected) << text;
  }
}

TEST(Egress, RefusesEveryAddressThatIsNotPublic) {
  const auto policy = EgressPolicy::make({});
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->check(make_address("8.8.8.8")));
  for (const char* inside : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "::1",
                             "fc00::1", "::ffff:127.0.0.1", "224.0.0.1", "0.0.0.0"}) {
    const auto refused = policy->check(make_address(inside));
    ASSERT_FALSE(refused) << inside;
    EXPECT_EQ(refused.error().code, ErrorCode::kConfiguration);
  }
}

TEST(Egress, NeverReachesMetadataServicesEvenWithPrivateAddressesAllowed) {
  const auto policy = EgressPolicy::make({.allow_private_addresses = true});
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->check(make_address("127.0.0.1")));
  EXPECT_TRUE(policy->check(make_address("10.1.1.1")));
  EXPECT_FALSE(policy->check(make_address("169.254.169.254")));
  EXPECT_FALSE(policy->check(make_address("fd00:ec2::254")));
  EXPECT_FALSE(policy->check(make_address("0.0.0.0")));
}

TEST(Egress, AllowsOnlyListedHostsOverTlsOnItsPort) {
  const auto policy = EgressPolicy::make({});
  ASSERT_TRUE(policy);
  const std::vector<std::string> hosts{"api.example.com"};
  const auto allows = [&](const char* url) {
    const auto parsed = parse_url(url);
    return parsed && policy->check(*parsed, hosts).has_value();
  };
  EXPECT_TRUE(allows("https://api.example.com/x"));
  EXPECT_TRUE(allows("https://API.example.com:443/x"));
  EXPECT_FALSE(allows("http://api.example.com/x"));
  EXPECT_FALSE(allows("https://api.example.com:8443/x"));
  EXPECT_FALSE(allows("https://evil.api.example.com/x"));
  EXPECT_FALSE(allows("https://example.com/x"));
  EXPECT_FALSE(policy->check(*parse_url("https://api.example.com/"), {}));
}

TEST(Egress, LetsTheOperatorOpenPortsAndPlainHttp) {
  const auto policy = EgressPolicy::make({.allow_plain_http = true, .extra_ports = {8080}});
  ASSERT_TRUE(policy);
  const std::vector<std::string> hosts{"a.example"};
  EXPECT_TRUE(policy->check(*parse_url("http://a.example/"), hosts));
  EXPECT_TRUE(policy->check(*parse_url("http://a.example:8080/"), hosts));
  EXPECT_TRUE(policy->check(*parse_url("https://a.example:8080/"), hosts));
  EXPECT_FALSE(policy->check(*parse_url("http://a.example:81/"), hosts));
}

TEST(Egress, ExplainsAnOverrideThatCannotWork) {
  const auto problem = [](EgressOverride entry) {
    EgressRules rules;
    rules.overrides = {std::move(entry)};
    const auto made = EgressPolicy::make(std::move(rules));
    return made ? std::string() : made.error().message;
  };
  EXPECT_NE(problem({"a.example", "localhost", 443, "/x"}).find("IP address"), std::string::npos);
  EXPECT_NE(problem({"a.example", "127.0.0.1", 0, "/x"}).find("port"), std::string::npos);
  EXPECT_NE(problem({"a.example", "127.0.0.1", 443, ""}).find("CA file"), std::string::npos);
  EXPECT_NE(problem({"a.example", "127.0.0.1", 443, "/nonexistent.pem"}).find("/nonexistent.pem"),
            std::string::npos);
}

TEST(Url, IsReadInOneStrictForm) {
  const auto url = parse_url("HTTPS://API.Example.com:8443/v2/persons?limit=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "api.example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/v2/persons?limit=1");
  EXPECT_EQ(url->host_header(), "api.example.com:8443");
  EXPECT_EQ(parse_url("https://a.example?x=1")->target, "/?x=1");
  EXPECT_EQ(parse_url("https://[::1]/")->host_header(), "[::1]");
  EXPECT_TRUE(parse_url("https://127.0.0.1/")->is_ip);
}

TEST(Url, RefusesWhatALenientReaderCouldTakeForAnotherHost) {
  for (const char* text : {"",
                           "api.example.com",
                           "//api.example.com/",
                           "ftp://a.example/",
                           "javascript:alert(1)",
                           "https://",
                           "https:///x",
                           "https://user@a.example/",
                           "https://a.example:pw@b.example/",
                           "https://a.example\\@b.example/",
                           "https://a.example#@b.example/",
                           "https://a.example/#x",
                           "https://a.example:/",
                           "https://a.example:0/",
                           "https://a.example:65536/",
                           "https://a.example:+443/",
                           "https://a.example:0443/",
                           "https://a..example/",
                           "https://-a.example/",
                           "https://a.example./",
                           "https://a_b.example/",
                           "https://a%2eexample/",
                           "https://\xc3\xa4.example/",
                           "https://a.example/\xc3\xa4",
                           "https://a.example/a b",
                           "https://a.example/\r\nX: y",
                           "https://a.example/%zz",
                           "https://2130706433/",
                           "https://0x7f.1/",
                           "https://127.1/",
                           "https://0177.0.0.1/",
                           "https://[::1/",
                           "https://[fe80::1%25eth0]/",
                           "https://[::1]x/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

}  // namespace
}  // namespace patchbay::net
