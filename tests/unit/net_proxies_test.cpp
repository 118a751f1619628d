// Whose word counts for where a request came from.
#include <gtest/gtest.h>

#include "net/proxies.h"

namespace patchbay::net {
namespace {

Proxies proxies(const std::vector<std::string>& networks,
                ForwardedHeader header = ForwardedHeader::kXForwardedFor) {
  auto parsed = Proxies::parse(networks, header);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *std::move(parsed);
}

TEST(NetProxies, AreFoundByAddressAndNetwork) {
  const auto known = proxies({"10.0.0.0/9", "192.0.2.7", "fd00::/8", "2001:db8::1"});
  for (const char* inside :
       {"10.0.0.1", "10.127.255.255", "192.0.2.7", "fd12::1", "2001:db8::1", "::ffff:10.0.0.1"})
    EXPECT_TRUE(known.contains(inside)) << inside;
  for (const char* outside :
       {"10.128.0.0", "192.0.2.8", "fe80::1", "2001:db8::2", "", "unknown", "::ffff:10.128.0.0"})
    EXPECT_FALSE(known.contains(outside)) << outside;
  EXPECT_TRUE(proxies({"0.0.0.0/0"}).contains("203.0.113.9"));
  EXPECT_FALSE(proxies({"0.0.0.0/0"}).contains("2001:db8::1")) << "that is all of IPv4";
  EXPECT_FALSE(Proxies().contains("127.0.0.1"));
}

TEST(NetProxies, AreRefusedWhenTheyAreNone) {
  for (const char* wrong : {"", "proxy.example.com", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",
                            "fd00::/129", "10.0.0/8", "10.0.0.1/8x", "fe80::1%eth0"}) {
    const auto parsed = Proxies::parse({wrong}, ForwardedHeader::kForwarded);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().code, ErrorCode::kConfiguration);
  }
}

TEST(NetProxies, TellTheClientThatNoneOfThemIs) {
  const auto known = proxies({"10.0.0.0/8"});
  const auto client = [&](const std::string& peer, const Headers& headers) {
    return known.client_of(peer, headers);
  };
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}}), "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.0.0.2"}}),
            "203.0.113.9")
      << "what stands further left, the client wrote itself";
  EXPECT_EQ(
      client("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "203.0.113.9"}}),
      "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "2001:db8::9"}}), "2001:db8::9");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "[2001:db8::9]:4711"}}), "2001:db8::9");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9:4711"}}), "203.0.113.9");
  EXPECT_EQ(client("::ffff:10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}}), "203.0.113.9");
}

TEST(NetProxies, AreNotBelievedWhatTheyDoNotSay) {
  const auto known = proxies({"10.0.0.0/8"});
  EXPECT_EQ(known.client_of("203.0.113.1", {{"X-Forwarded-For", "6.6.6.6"}}), "203.0.113.1")
      << "no proxy of ours";
  EXPECT_EQ(known.client_of("10.0.0.1", {}), "10.0.0.1");
  EXPECT_EQ(known.client_of("10.0.0.1", {{"Forwarded", "for=6.6.6.6"}}), "10.0.0.1")
      << "this proxy sets the other header, and passes this one on";
  for (const char* nonsense : {"unknown", "", ",", "203.0.113.9, _hidden", "203.0.113.9, <script>",
                               "203.0.113.9,  ", "300.1.1.1"})
    EXPECT_EQ(known.client_of("10.0.0.1", {{"X-Forwarded-For", nonsense}}), "10.0.0.1") << nonsense;
  EXPECT_EQ(known.client_of("10.0.0.1", {{"X-Forwarded-For", "unknown, 10.0.0.7"}}), "10.0.0.7");
}

TEST(NetProxies, MaySpeakRfc7239) {
  const auto known = proxies({"10.0.0.0/8"}, ForwardedHeader::kForwarded);
  const auto client = [&](const std::string& field) {
    return known.client_of("10.0.0.1", {{"Forwarded", field}, {"X-Forwarded-For", "6.6.6.6"}});
  };
  EXPECT_EQ(client("for=192.0.2.43;proto=https;by=10.0.0.1"), "192.0.2.43");
  EXPECT_EQ(client("For=\"[2001:db8::17]:4711\""), "2001:db8::17");
  EXPECT_EQ(client("for=6.6.6.6, proto=https; for=192.0.2.43 , for=10.0.0.9"), "192.0.2.43");
  EXPECT_EQ(client("for=6.6.6.6, secret=\"a,for=192.0.2.43\""), "10.0.0.1") << "a comma in quotes";
  EXPECT_EQ(client("for=unknown"), "10.0.0.1");
  EXPECT_EQ(client("for=\"192.0.2.43"), "10.0.0.1");
}

TEST(NetProxies, LookAtAFewHopsOnly) {
  const auto known = proxies({"10.0.0.0/8"});
  std::string long_list = "6.6.6.6";
  for (int i = 0; i < 5'000; ++i) long_list += ",10.0.0.2";
  EXPECT_EQ(known.client_of("10.0.0.1", {{"X-Forwarded-For", long_list}}), "10.0.0.2");
}

}  // namespace
}  // namespace patchbay::net
