// Transcripts as JSON: they come back as they were, whatever bytes were in them, and a text that is
// none is refused.
#include <gtest/gtest.h>

#include "connector/flow_transcript.h"
#include "connector/worker/flow_codec.h"
#include "patchbay/connector.h"

namespace patchbay::connector {
namespace {

std::string all_bytes() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

FlowInput input() {
  FlowInput input;
  input.auth_method_id = "oauth";
  input.environment_id = "production";
  input.fields = {{"client_id", "a\"b\\c"}, {"empty", ""}};
  input.secrets.push_back({"client_secret", SecretString(all_bytes())});
  input.setup_fields = {{"app", "1"}};
  input.setup_secrets.push_back({"app_secret", SecretString("s")});
  input.tokens.push_back({"v2", SecretString("token"), "Bearer", 1'750'000'000'123, "a b", true});
  input.tokens.push_back({"v1", SecretString("other"), "", 0, "", false});
  input.needed_permissions = {"employees:read", "absences:write"};
  input.redirect_uri = "https://hub.example/back";
  input.action_id = "list";
  input.arguments_json = R"({"a":1})";
  return input;
}

FlowEvent event(std::size_t body_size) {
  FlowEvent event;
  event.kind = PATCHBAY_EVENT_REPLIES;
  event.unix_ms = -5;
  for (std::size_t i = 0; i < event.random.size(); ++i)
    event.random[i] = static_cast<std::uint8_t>(i * 37);
  event.replies.push_back({PATCHBAY_REPLY_UNPROCESSED,
                           PATCHBAY_NET_RESET,
                           0,
                           {{"x-odd", all_bytes()}},
                           SecretString(all_bytes())});
  event.replies.push_back({0, PATCHBAY_NET_OK, 200, {}, SecretString(std::string(body_size, 'x'))});
  event.query.push_back({"code", SecretString("c")});
  event.fields = {{"otp", "1"}};
  event.secrets.push_back({"pin", SecretString("2")});
  return event;
}

Transcript transcript() {
  Transcript made;
  made.operation = Operation::kRefresh;
  made.input = input();
  made.events.emplace_back().kind = PATCHBAY_EVENT_START;
  made.events.push_back(event(300'000));
  return made;
}

// The worker's wire format has every member: equal bytes are equal values.
std::string bytes(const FlowEvent& event) {
  return std::string(encode(event).reveal());
}
std::string bytes(const FlowInput& input) {
  return std::string(encode(BeginMessage{Operation::kConnect, copy_of(input)}).reveal());
}

TEST(FlowTranscript, ComesBackAsItWas) {
  const auto made = transcript();
  const auto last = event(100);
  const auto read = transcript_from_json(to_json(made, last).reveal());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->operation, Operation::kRefresh);
  EXPECT_EQ(bytes(read->input), bytes(made.input));
  ASSERT_EQ(read->events.size(), 3U);
  EXPECT_EQ(bytes(read->events[0]), bytes(made.events[0]));
  EXPECT_EQ(bytes(read->events[1]), bytes(made.events[1])) << "what must be replayed is shortened";
  EXPECT_EQ(bytes(read->events[2]), bytes(last));
}

TEST(FlowTranscript, OfAPausedFlowKeepsEveryAnswerWholeAndWhatItWaitsFor) {
  auto made = transcript();
  made.pause = FlowPause{"https://login.acme.example/?state=s\"", "s\"", {}, std::nullopt};
  auto read = transcript_from_json(to_json(made).reveal());
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->events.size(), 2U);
  EXPECT_EQ(bytes(read->events[1]), bytes(made.events[1])) << "it must be replayed as it was";
  ASSERT_TRUE(read->pause);
  EXPECT_TRUE(read->pause->is_redirect());
  EXPECT_EQ(read->pause->redirect_url, made.pause->redirect_url);
  EXPECT_EQ(read->pause->redirect_state, "s\"");

  made.pause =
      FlowPause{"", "", {"otp", "pin"}, FlowMessage{"ask", {{"host", "h"}}, "Why.", "otp"}};
  read = transcript_from_json(to_json(made).reveal());
  ASSERT_TRUE(read && read->pause && read->pause->ask_reason);
  EXPECT_FALSE(read->pause->is_redirect());
  EXPECT_EQ(read->pause->ask_field_ids, made.pause->ask_field_ids);
  EXPECT_EQ(read->pause->ask_reason->fallback, "Why.");
  EXPECT_EQ(read->pause->ask_reason->args[0].value, "h");
  EXPECT_EQ(read->pause->ask_reason->field_id, "otp");
}

TEST(FlowTranscript, ALastAnswerTooLongForATokenIsToldAsLost) {
  const auto read = transcript_from_json(to_json({}, event(300'000)).reveal());
  ASSERT_TRUE(read) << read.error().message;
  const auto& replies = read->events.back().replies;
  EXPECT_EQ(replies[1].net_error, PATCHBAY_NET_TOO_LARGE);
  EXPECT_TRUE(replies[1].body.empty());
  EXPECT_EQ(replies[0].body.reveal(), all_bytes()) << "the short one went, too";
}

TEST(FlowTranscript, ATextThatIsNoneIsRefused) {
  for (const auto* text :
       {"", "[]", "null", "{}", R"({"format":2,"operation":1})", R"({"format":1,"operation":0})",
        R"({"format":1,"operation":5})", R"({"format":1,"operation":1)"})
    EXPECT_FALSE(transcript_from_json(text)) << text;
  const auto bare = transcript_from_json(
      R"({"format":1,"operation":1,"input":7,"events":[{"random":"AAAA","replies":{}},3]})");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->events.size(), 2U);
}

}  // namespace
}  // namespace patchbay::connector
