#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/http_guard.h"
#include "net_framing_cases.h"

namespace patchbay::net {
namespace {

TEST(HttpGuard, DecidesEveryFramingCaseAsTheRfcAsks) {
  for (const FramingCase& c : framing_cases()) {
    const GuardVerdict verdict = check_request_head(c.head);
    EXPECT_EQ(verdict.status, c.status) << c.name << ": " << verdict.reason;
  }
}

TEST(HttpGuard, RefusesMoreHeaderFieldsThanAllowed) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 99; ++i) head += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_TRUE(check_request_head(head + "\r\n").accepted());
  EXPECT_EQ(check_request_head(head + "X-more: 1\r\n\r\n").status, 431U);
}

TEST(HttpGuard, RefusesAHeadOverTheSizeLimit) {
  const std::string head =
      "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
  EXPECT_EQ(check_request_head(head).status, 431U);
  EXPECT_EQ(check_partial_head(head.substr(0, 17'000)).status, 431U);
}

TEST(HttpGuard, FindsTheEndOfTheHeadHoweverTheBytesArrive) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string all = head + "body\r\n\r\n";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    EXPECT_EQ(find_head_end(std::string_view(all).substr(0, cut)), std::string_view::npos);
    EXPECT_EQ(find_head_end(all, cut), head.size()) << cut;
  }
}

TEST(HttpGuard, AcceptsEveryBeginningOfAGoodHead) {
  const std::string head = "GET /a HTTP/1.1\r\nHost: a\r\nX:\ty\r\n\r\n";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    for (std::size_t searched = 0; searched <= cut; ++searched) {
      EXPECT_TRUE(check_partial_head(head.substr(0, cut), searched).accepted()) << cut;
    }
  }
}

TEST(HttpGuard, NoticesHopelessBytesBeforeTheHeadIsComplete) {
  for (const std::string_view bytes :
       {std::string_view("\x16\x03\x01\x02", 4), std::string_view("GET / HTTP/1.1\nHost: a\n"),
        std::string_view("GET /\0", 6), std::string_view("GET / HTTP/1.1\rHost"),
        std::string_view("\n"), std::string_view(" GET / HTTP/1.1"),
        std::string_view("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")}) {
    EXPECT_EQ(check_partial_head(bytes).status, 400U) << bytes;
  }
  // A line feed whose carriage return should have been in an earlier read.
  const std::string_view split("GET / HTTP/1.1\nHost");
  EXPECT_EQ(check_partial_head(split, 14).status, 400U);
}

TEST(HttpGuard, KnowsAHostFromWhatOnlyLooksLikeOne) {
  for (const char* good :
       {"a", "api.example.com", "127.0.0.1:80", "[::1]", "[::1]:8080", "a_b:1"}) {
    EXPECT_TRUE(is_valid_host(good)) << good;
  }
  for (const char* bad : {"", ":80", "a:", "a:0", "a:65536", "a:123456", "a b", "a/b", "a@b",
                          "[::1", "[]", "a,b", "[x]", "a:8o", "a:80:80", "a?b", "a%2f"}) {
    EXPECT_FALSE(is_valid_host(bad)) << bad;
  }
}

}  // namespace
}  // namespace patchbay::net
