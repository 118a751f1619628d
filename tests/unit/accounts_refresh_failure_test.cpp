#include <gtest/gtest.h>

#include "accounts/refresh_failure.h"

namespace patchbay::accounts {
namespace {

Error refusal() {
  auto error = make_error(ErrorCode::kRateLimited, "Slow down, key-of-the-customer.");
  error.permission = "people:read";
  error.provider_answer = R"({"said":"token-1 was seen too often"})";
  return error;
}

connector::FlowInput given() {
  connector::FlowInput input;
  input.secrets.push_back({"secret", SecretString("key-of-the-customer")});
  input.tokens.push_back({"main", SecretString("token-1"), "Bearer", 0, "", false});
  return input;
}

store::RefreshLease lease_with(const std::string& last_error) {
  store::RefreshLease lease;
  lease.generation = 3;
  lease.last_error = last_error;
  return lease;
}

TEST(RefreshFailure, IsKeptWithoutTheSecretsThatWereGiven) {
  const auto kept = to_stored(next_failure({}, refusal(), given(), 100));
  EXPECT_EQ(kept.find("key-of-the-customer"), std::string::npos) << kept;
  EXPECT_EQ(kept.find("token-1"), std::string::npos) << kept;
  const auto read = failure_of(lease_with(kept), 3);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->error.code, ErrorCode::kRateLimited);
  EXPECT_EQ(read->error.message, "Slow down, [redacted].");
  EXPECT_EQ(read->error.permission, "people:read");
  EXPECT_EQ(read->error.provider_answer, R"({"said":"[redacted] was seen too often"})");
  EXPECT_EQ(read->at, 100);
}

TEST(RefreshFailure, CountsThoseInARow) {
  const auto first = next_failure({}, refusal(), given(), 100);
  const auto third =
      next_failure(next_failure(first, refusal(), given(), 200), refusal(), given(), 300);
  const auto read = failure_of(lease_with(to_stored(third)), 3);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->since, 100);
  EXPECT_EQ(read->at, 300);
  EXPECT_EQ(read->tries, 3);
}

TEST(RefreshFailure, OfOtherCredentialsOrOfNoneIsNone) {
  const auto kept = to_stored(next_failure({}, refusal(), given(), 100));
  EXPECT_FALSE(failure_of(lease_with(kept), 4));
  EXPECT_FALSE(failure_of(lease_with(""), 3));
  EXPECT_FALSE(failure_of(std::nullopt, 3));
}

TEST(RefreshFailure, OfAnOlderHubIsAMessage) {
  const auto read = failure_of(lease_with("The provider is away."), 3);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(read->error.message, "The provider is away.");
  EXPECT_EQ(read->at, 0);
}

TEST(RefreshFailure, IsBoundedBetweenCharacters) {
  auto error = refusal();
  error.message = "x";
  for (int i = 0; i < 3000; ++i) error.message += "ü";
  const auto kept = next_failure({}, error, given(), 100);
  EXPECT_EQ(kept.error.message.size(), 2047U);
}

}  // namespace
}  // namespace patchbay::accounts
