// What leaves the hub with a recorded flow, and that it comes back as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"
#include "connector/flow_action_json.h"
#include "connector/flow_redaction.h"
#include "connector/recorded_flow.h"
#include "patchbay/connector.h"

namespace patchbay::connector {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kMark = "TOPSECRET";

SecretString secret(const std::string& where) {
  return SecretString("abc-" + std::string(kMark) + "-" + where + "-0123456789");
}

// A secret, or something personal, wherever there is a place for one.
Transcript full_of_secrets() {
  Transcript transcript;
  auto& input = transcript.input;
  input.auth_method_id = "oauth";
  input.redirect_uri = "https://TOPSECRET.example/back";
  input.arguments_json = R"({"name":"TOPSECRET"})";
  input.fields = {{"client_id", "TOPSECRET"}};
  input.secrets.push_back({"client_secret", secret("a")});
  input.setup_fields = {{"app", "TOPSECRET app"}};
  input.setup_secrets.push_back({"app_secret", secret("b")});
  input.tokens.push_back({"access", secret("c"), "Bearer", 5, "people:read", true});
  auto& event = transcript.events.emplace_back();
  event.kind = PATCHBAY_EVENT_REPLIES;
  event.query.push_back({"code", secret("d")});
  event.fields = {{"otp", "TOPSECRET"}};
  event.secrets.push_back({"pin", secret("e")});
  for (const char* body :
       {R"({"access_token":"TOPSECRET","nested":[{"mail":"TOPSECRET@x.example","TOP SECRET":1}]})",
        "TOPSECRET in plain text", "token=TOPSECRET&x=1", "TOPSECRET \xff\xfe"})
    event.replies.push_back(
        {0,
         0,
         200,
         {{"set-cookie", "TOPSECRET=1"}, {"location", "https://TOPSECRET.example"}},
         SecretString(body)});
  return transcript;
}

TEST(FlowRedaction, LeavesNothingOfASecretAnywhere) {
  const auto transcript = full_of_secrets();
  Redactor redactor;
  RecordedFlow flow{
      "acme", "1.0.0", Operation::kConnect, redactor.input(transcript.input, nullptr), {}};
  flow.steps.push_back({redactor.event(transcript.events[0], nullptr), "{}"});
  EXPECT_THAT(to_json(flow), Not(HasSubstr(kMark)));
}

TEST(FlowRedaction, KeepsShapeAndSameness) {
  Redactor redactor;
  const std::string original = "A1b2-C3d4_e5/F6+==";
  const auto placeholder = redactor.value(original);
  ASSERT_EQ(placeholder.size(), original.size());
  for (std::size_t i = 0; i < original.size(); ++i) {
    const auto kind = [](char c) {
      return std::isdigit(c) != 0   ? '0'
             : std::islower(c) != 0 ? 'a'
             : std::isupper(c) != 0 ? 'A'
                                    : c;
    };
    EXPECT_EQ(kind(placeholder[i]), kind(original[i])) << i;
  }
  EXPECT_EQ(redactor.value(original), placeholder);
  EXPECT_NE(redactor.value("A1b2-C3d4_e5/F6+=!"), placeholder);
  EXPECT_EQ(redactor.value(""), "");
  EXPECT_EQ(Redactor().value(original), placeholder) << "another run exports the same file";
}

TEST(FlowRedaction, AVendorsMarkStaysInFrontOfALongSecretAlone) {
  Redactor redactor;
  EXPECT_THAT(redactor.value("papi-0f7e11aa-9bb2-4e6f"), testing::StartsWith("papi-"));
  EXPECT_THAT(redactor.value("sk_live_0123456789abcdef"), testing::StartsWith("sk_live_"));
  EXPECT_THAT(redactor.value("anna-schmidt"), Not(testing::StartsWith("anna-")));
}

TEST(FlowRedaction, AJsonBodyKeepsWhatAConnectorDecidesBy) {
  Redactor redactor;
  const auto body = redactor.body(
      R"({"error":"invalid_client","error_description":"Bob is unknown","status":401,"ok":false,)"
      R"("expires_in":3600,"id":4711,"ratio":-12.5,"code":"ABC123","none":null,"list":["x"]})");
  EXPECT_THAT(body, HasSubstr(R"("error":"invalid_client")"));
  EXPECT_THAT(body, HasSubstr(R"("status":401,"ok":false,"expires_in":3600)"));
  EXPECT_THAT(body, HasSubstr(R"("none":null)"));
  EXPECT_THAT(body, Not(HasSubstr("Bob")));
  EXPECT_THAT(body, Not(HasSubstr("4711")));
  EXPECT_THAT(body, Not(HasSubstr("ABC123"))) << "that may be a one-time code";
  const auto document = json::Document::parse(body);
  ASSERT_TRUE(document) << body;
  EXPECT_TRUE(document->root().get("id").is_integer());
  EXPECT_TRUE(document->root().get("ratio").is_number());
}

TEST(FlowRedaction, ASecretIsKnownAgainHoweverJsonWritesIt) {
  Redactor redactor;
  const auto placeholder = redactor.value(R"(TOPSECRET/x"y\z)");
  const auto redacted = redactor.body(
      R"({"a":"TOPSECRET/x\"y\\z","b":"TOP\u0053ECRET\/x\u0022y\u005cz","TOP\u0053ECRET x":1})");
  EXPECT_THAT(redacted, Not(HasSubstr(kMark)));
  const auto document = json::Document::parse(redacted);
  ASSERT_TRUE(document) << redacted;
  EXPECT_EQ(document->root().get("a").string_or(""), placeholder);
  EXPECT_EQ(document->root().get("b").string_or(""), placeholder);
}

TEST(FlowRedaction, WhatIsNotUtf8StaysSo) {
  Redactor redactor;
  EXPECT_FALSE(is_valid_utf8(redactor.body("x\xff\xfe")));
  EXPECT_TRUE(is_valid_utf8(redactor.value("Müller \xf0\x9f\x98\x80")));
}

TEST(RecordedFlow, ComesBackAsItWas) {
  auto transcript = full_of_secrets();
  RecordedFlow flow{"acme", "1.0.0", Operation::kRefresh, std::move(transcript.input), {}};
  flow.steps.push_back({std::move(transcript.events[0]), R"({"kind":"DONE"})"});
  const auto text = to_json(flow);
  const auto back = recorded_flow_from_json(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->operation, Operation::kRefresh);
  EXPECT_EQ(back->steps[0].event.replies[3].body.reveal(), "TOPSECRET \xff\xfe");
}

TEST(RecordedFlow, TellsWhereActionsDiffer) {
  EXPECT_TRUE(compare_actions(R"({"a":1,"b":[1]})", R"({"b":[1],"a":1})").empty());
  const auto found =
      compare_actions(R"({"a":{"x":1},"b":[1,2]})", R"({"a":{"x":2},"b":[1],"c":""})");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].pointer, "/a/x");
  EXPECT_EQ(found[1].pointer, "/b/1");
  EXPECT_EQ(found[1].now, "(nothing)");
  EXPECT_EQ(found[2].pointer, "/c");
}

}  // namespace
}  // namespace patchbay::connector
