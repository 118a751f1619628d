#include "credential_shape.h"

#include <gtest/gtest.h>

#include "personio_driver.h"

namespace {

using namespace personio;

TEST(CredentialShape, TellsIdsAndSecretsApart) {
  EXPECT_TRUE(looks_like_client_id(tests::kClientId));
  EXPECT_TRUE(looks_like_client_id("papi-DCEC6D81-8C0F-47F0-9DD8-4E59755F041A"));
  EXPECT_FALSE(looks_like_secret(tests::kClientId));
  EXPECT_TRUE(looks_like_secret(tests::kClientSecret));
  EXPECT_FALSE(looks_like_client_id(tests::kClientSecret));
}

TEST(CredentialShape, KnowsWhatIsUnusual) {
  for (const char* text :
       {"", "papi-", "dcec6d81-8c0f-47f0-9dd8-4e59755f041a",
        "papi-xxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "papi-dcec6d81-8c0f-47f0-9dd8-4e59755f041",
        "papi-dcec6d81x8c0f-47f0-9dd8-4e59755f041a", "papi-dcec6d81-8c0f-47f0-9dd8-4e59755f041g"}) {
    EXPECT_FALSE(looks_like_client_id(text)) << text;
    EXPECT_FALSE(looks_like_secret(text)) << text;
  }
  EXPECT_FALSE(looks_like_secret("papi-" + std::string(86, '+')));
  EXPECT_FALSE(looks_like_secret("papi-" + std::string(85, 'a')));
}

}  // namespace
