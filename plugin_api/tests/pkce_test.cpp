#include "patchbay/sdk/pkce.h"

#include <gtest/gtest.h>

namespace {

using namespace patchbay::sdk;

// RFC 7636, appendix B.
TEST(Pkce, GivesTheChallengeOfTheStandardsExample) {
  Arena arena;
  EXPECT_EQ(pkce_challenge(arena, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(Pkce, DerivesDifferentValuesForDifferentPurposes) {
  Arena arena;
  const std::string_view random = "0123456789abcdef0123456789abcdef";
  EXPECT_EQ(derive(arena, random, "state").size(), 43U);
  EXPECT_NE(derive(arena, random, "state"), derive(arena, random, "verifier"));
  EXPECT_EQ(derive(arena, random, "state"), derive(arena, random, "state"));
}

}  // namespace
