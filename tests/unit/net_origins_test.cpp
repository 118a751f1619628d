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

}  // namespace
}  // namespace patchbay::net
