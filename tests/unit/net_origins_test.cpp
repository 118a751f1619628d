// Which pages may call from a browser.
#include <gtest/gtest.h>

#include "net/origins.h"

namespace patchbay::net {
namespace {

TEST(NetOrigins, AreTakenOnlyAsBrowsersWriteThem) {
  for (const auto* good : {"https://a.example", "https://a.example:8443", "http://localhost:3000",
                           "http://127.0.0.1:1", "http://[::1]:80"})
    EXPECT_TRUE(Origins::parse({good})) << good;
  for (const auto* bad :
       {"", "*", "a.example", "https://", "https://a.example/", "https://A.example",
        "http://a.example", "https://a.example/path", "https://u@a.example", "javascript:x",
        "http://localhost.evil.example", "https://a.example?x"})
    EXPECT_FALSE(Origins::parse({bad})) << bad;
}

TEST(NetOrigins, AnAddressIsOfThePageThatItBeginsWith) {
  const auto origins = Origins::parse({"https://a.example", "http://localhost:3000"});
  ASSERT_TRUE(origins);
  Request request;
  request.host = "hub.example";
  for (const auto* good :
       {"https://a.example", "https://a.example/", "https://a.example/back?x#y",
        "https://a.example?x", "http://localhost:3000/back", "https://hub.example/back"})
    EXPECT_TRUE(origins->allow_address(request, good)) << good;
  for (const auto* bad :
       {"", "/back", "a.example", "https://", "https://a.example.evil.example/",
        "https://a.example@evil.example/", "https://a.example:8443/", "https://A.example/",
        "https://a.example\\@evil.example/", "http://a.example/", "javascript://a.example/",
        "https://evil.example/https://a.example", "https://evil.example?https://a.example/"})
    EXPECT_FALSE(origins->allow_address(request, bad)) << bad;
}

}  // namespace
}  // namespace patchbay::net
