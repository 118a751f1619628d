// Flow values as bytes: every message comes back as it was, and no bytes, however wrong, do more
// than be refused.
#include <gtest/gtest.h>

#include "connector/worker/flow_codec.h"

namespace patchbay::connector {
namespace {

Token token(const std::string& name) {
  return {name, SecretString("value of " + name), "Bearer", 1'750'000'000'123, "a b c", true};
}
NamedSecret secret(const std::string& name) {
  return {name, SecretString("secret " + name)};
}

FlowMessage text() {
  return {"error.x", {{"host", "h"}, {"n", "1"}}, "It failed.", "client_id"};
}

BeginMessage begin_message() {
  BeginMessage message;
  message.operation = Operation::kRevoke;
  auto& input = message.input;
  input.auth_method_id = "oauth";
  input.environment_id = "production";
  input.fields = {{"company", "acme"}, {"empty", ""}};
  input.secrets.push_back(secret("client_secret"));
  input.setup_fields = {{"app", "1"}};
  input.setup_secrets.push_back(secret("app_secret"));
  input.tokens.push_back(token("v1"));
  input.tokens.push_back(token("v2"));
  input.needed_permissions = {"employees:read", "absences:write"};
  input.redirect_uri = "https://hub.example/back";
  input.action_id = "list";
  input.arguments_json = R"({"a":[1,2,"ü"]})";
  return message;
}

FlowEvent event() {
  FlowEvent event;
  event.kind = 2;
  event.unix_ms = -5;
  for (std::size_t i = 0; i < event.random.size(); ++i)
    event.random[i] = static_cast<std::uint8_t>(i * 37);
  for (int i = 0; i < 3; ++i) {
    FlowReply reply;
    reply.flags = 1;
    reply.net_error = static_cast<std::uint32_t>(i);
    reply.http_status = 200;
    reply.headers = {{"content-type", "application/json"}};
    reply.body = SecretString(std::string("\0binary\xff", 8));
    event.replies.push_back(std::move(reply));
  }
  event.query.push_back(secret("code"));
  event.fields = {{"otp", "1"}};
  event.secrets.push_back(secret("pin"));
  return event;
}

ActionMessage requests() {
  ActionMessage message;
  message.action.kind = 1;
  FlowRequest request;
  request.flags = 6;
  request.method = "POST";
  request.url = "https://api.example/token";
  request.headers.push_back(secret("authorization"));
  request.body = SecretString("grant_type=x");
  request.timeout_ms = 4'000'000'000U;
  request.max_body_bytes = 1;
  message.action.requests.push_back(std::move(request));
  message.action.wait_ms = 0xFFFFFFFFFFFFFFFFU;
  message.action.redirect_url = "https://provider.example/authorize";
  message.action.redirect_state = "state";
  message.action.ask_field_ids = {"otp"};
  message.action.ask_reason = text();
  return message;
}

ActionMessage done() {
  ActionMessage message;
  message.action.kind = 5;
  FlowDone done;
  done.tokens.push_back(token("v2"));
  done.secrets.push_back(secret("refresh"));
  done.granted_permissions = {"employees:read"};
  done.facts = {{"company", "Acme"}};
  done.result_json = "{}";
  message.action.done = std::move(done);
  message.action.notices = {text(), text()};
  return message;
}

ActionMessage fail() {
  ActionMessage message;
  message.status = 4;
  message.action.kind = 6;
  FlowFail fail;
  fail.failure = 2;
  fail.message = text();
  fail.permission_id = "employees:read";
  fail.retry_after_ms = 1;
  fail.provider_excerpt = "no";
  fail.tokens.push_back(token("v2"));
  message.action.fail = std::move(fail);
  return message;
}

// Equal values have equal bytes, since the encoding has no choices.
template <class Message>
void expect_same(const Message& message) {
  const auto bytes = encode(message);
  const auto back = decode<Message>(bytes.reveal());
  ASSERT_TRUE(back);
  EXPECT_TRUE(encode(*back).equals(bytes.reveal()));
}

template <class Message>
void expect_no_prefix_decodes(const Message& message) {
  const auto bytes = encode(message);
  const auto whole = bytes.reveal();
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(decode<Message>(whole.substr(0, length))) << length << " of " << whole.size();
  EXPECT_FALSE(decode<Message>(std::string(whole) + '\0')) << "left-over bytes";
}

// Wherever a number may stand, a count of four billion: no crash, no memory, no end of the world.
template <class Message>
void expect_hostile_counts_are_survived(const Message& message) {
  const auto bytes = encode(message);
  const std::string whole(bytes.reveal());
  for (const char filling : {'\xff', '\x7f', '\x01'}) {
    for (std::size_t at = 0; at + 4 <= whole.size(); ++at) {
      auto hostile = whole;
      hostile.replace(at, 4, 4, filling);
      (void)decode<Message>(hostile);
    }
  }
}

TEST(FlowCodec, EveryMessageComesBackAsItWas) {
  expect_same(begin_message());
  expect_same(BeginMessage{});
  expect_same(event());
  expect_same(FlowEvent{});
  expect_same(requests());
  expect_same(done());
  expect_same(fail());
  expect_same(ActionMessage{});
  expect_same(LoadedMessage{3, 1, 2, "detail", "{}", "walls"});
  expect_same(LogMessage{2, "a line"});
  expect_same(DeniedMessage{42, true});
}

TEST(FlowCodec, ValuesStandWhereTheyStood) {
  const auto begin = decode<BeginMessage>(encode(begin_message()).reveal());
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->operation, Operation::kRevoke);
  EXPECT_EQ(begin->input.fields[1].name, "empty");
  EXPECT_TRUE(begin->input.secrets[0].value.equals("secret client_secret"));
  EXPECT_TRUE(begin->input.setup_secrets[0].value.equals("secret app_secret"));
  EXPECT_EQ(begin->input.tokens[1].name, "v2");
  EXPECT_EQ(begin->input.tokens[1].expires_unix_ms, 1'750'000'000'123);
  EXPECT_TRUE(begin->input.tokens[1].scopes_known);
  const auto happened = decode<FlowEvent>(encode(event()).reveal());
  ASSERT_TRUE(happened);
  EXPECT_EQ(happened->unix_ms, -5);
  EXPECT_EQ(happened->random[3], 111);
  EXPECT_EQ(happened->replies[2].net_error, 2U);
  EXPECT_TRUE(happened->replies[2].body.equals(std::string_view("\0binary\xff", 8)));
  const auto asked = decode<ActionMessage>(encode(requests()).reveal());
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->action.requests[0].timeout_ms, 4'000'000'000U);
  EXPECT_EQ(asked->action.wait_ms, 0xFFFFFFFFFFFFFFFFU);
  EXPECT_FALSE(asked->action.done);
  const auto failed = decode<ActionMessage>(encode(fail()).reveal());
  ASSERT_TRUE(failed && failed->action.fail);
  EXPECT_EQ(failed->status, 4U);
  EXPECT_EQ(failed->action.fail->message.args[1].value, "1");
  EXPECT_TRUE(failed->action.fail->tokens[0].value.equals("value of v2"));
}

TEST(FlowCodec, AMessageCutOffAnywhereOrWithBytesLeftOverIsRefused) {
  expect_no_prefix_decodes(begin_message());
  expect_no_prefix_decodes(event());
  expect_no_prefix_decodes(requests());
  expect_no_prefix_decodes(done());
  expect_no_prefix_decodes(fail());
  expect_no_prefix_decodes(LoadedMessage{3, 1, 2, "detail", "{}", "walls"});
  expect_no_prefix_decodes(LogMessage{2, "a line"});
  expect_no_prefix_decodes(DeniedMessage{42, true});
}

TEST(FlowCodec, HostileCountsAreSurvived) {
  expect_hostile_counts_are_survived(begin_message());
  expect_hostile_counts_are_survived(event());
  expect_hostile_counts_are_survived(requests());
  expect_hostile_counts_are_survived(done());
  expect_hostile_counts_are_survived(fail());
}

TEST(FlowCodec, AListLongerThanTheLimitIsRefusedEvenWhenItsItemsAreThere) {
  BeginMessage message;
  message.input.needed_permissions.assign(kMaxListItems, "x");
  EXPECT_TRUE(decode<BeginMessage>(encode(message).reveal()));
  message.input.needed_permissions.emplace_back("x");
  EXPECT_FALSE(decode<BeginMessage>(encode(message).reveal()));
}

TEST(FlowCodec, WordsThatHaveNoMeaningAreRefused) {
  auto bytes = std::string(encode(begin_message()).reveal());
  for (const char operation : {'\0', '\5', '\x7f'}) {
    bytes[0] = operation;
    EXPECT_FALSE(decode<BeginMessage>(bytes)) << static_cast<int>(operation);
  }
  auto no_fail = std::string(encode(ActionMessage{}).reveal());
  // The last byte is the upper part of the notices' count, four bytes before it says "no fail".
  no_fail[no_fail.size() - 5] = 2;
  EXPECT_FALSE(decode<ActionMessage>(no_fail)) << "a truth value of 2";
}

TEST(FlowCodec, AMessageOverTheLimitIsRefused) {
  LogMessage message{1, std::string(kMaxMessageBytes - 8, 'x')};
  EXPECT_TRUE(decode<LogMessage>(encode(message).reveal()));
  message.text += 'x';
  EXPECT_FALSE(decode<LogMessage>(encode(message).reveal()));
}

}  // namespace
}  // namespace patchbay::connector
