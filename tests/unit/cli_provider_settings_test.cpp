#include <gtest/gtest.h>

#include "cli/provider_settings.h"

namespace patchbay::cli {
namespace {

using Counts = manifest::RateLimit::Counts;

TEST(ProviderSettings, ChangeAConnectorsLimits) {
  const auto settings = parse_provider_settings(
      R"({"acme":{"rate_limits":{"token":{"counts":"address","requests":100,"per_s":60},)"
      R"("people":{"burst":5,"cool_down_s":0}}},"other":{}})");
  ASSERT_TRUE(settings) << settings.error().message;
  ASSERT_EQ(settings->limits.size(), 2U);
  const auto& token = settings->limits.at({"acme", "token"});
  EXPECT_EQ(token.counts, Counts::kAddress);
  EXPECT_EQ(token.requests, 100U);
  EXPECT_EQ(token.per_s, 60U);
  EXPECT_EQ(token.burst, std::nullopt);
  EXPECT_EQ(settings->limits.at({"acme", "people"}).cool_down_s, 0U);
}

TEST(ProviderSettings, ChangeWhichScopesProveAPermission) {
  const auto settings = parse_provider_settings(R"({"acme":{"scopes":{"people:read":["a","b"]}}})");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->scopes.by_permission.at({"acme", "people:read"}),
            (std::vector<std::string>{"a", "b"}));
  for (const char* wrong :
       {R"({"acme":{"scopes":{"people":["a"]}}})", R"({"acme":{"scopes":{"people:read":"a"}}})",
        R"({"acme":{"scopes":{"people:read":[]}}})", R"({"acme":{"scopes":{"people:read":[7]}}})"})
    EXPECT_FALSE(parse_provider_settings(wrong)) << wrong;
}

TEST(ProviderSettings, NameThePlaceOfWhatIsWrong) {
  const auto error = [](const std::string& json) {
    const auto settings = parse_provider_settings(json);
    return settings ? std::string() : settings.error().message;
  };
  EXPECT_EQ(error(R"({"acme":{"rate_limit":{}}})"),
            "provider settings, /acme/rate_limit: is unknown; there are rate_limits and scopes");
  EXPECT_EQ(error(R"({"acme":{"rate_limits":{"token":{"request":1}}}})"),
            "provider settings, /acme/rate_limits/token/request: is unknown; there are counts, "
            "requests, per_s, burst and cool_down_s");
  EXPECT_EQ(error(R"({"acme":{"rate_limits":{"token":{"requests":0}}}})"),
            "provider settings, /acme/rate_limits/token/requests: must be a whole number from 1 to "
            "10000000");
  EXPECT_EQ(error(R"({"acme":{"rate_limits":{"token":{"per_s":"60"}}}})"),
            "provider settings, /acme/rate_limits/token/per_s: must be a whole number from 1 to "
            "31536000");
  EXPECT_EQ(error(R"({"acme":{"rate_limits":{"token":{"counts":"key"}}}})"),
            "provider settings, /acme/rate_limits/token/counts: must be credential, account or "
            "address");
  EXPECT_EQ(error(R"({"acme":[]})"), "provider settings, /acme: must be an object");
  EXPECT_NE(error("[]"), "");
  EXPECT_NE(error("{"), "");
}

TEST(ProviderSettings, OfAFileThatIsNotThereAreAnError) {
  const auto settings = read_provider_settings("/nowhere/settings.json");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::kConfiguration);
}

}  // namespace
}  // namespace patchbay::cli
