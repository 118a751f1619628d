// The C structs of the interface: what the host hands out is complete, and what a connector answers
// is copied within bounds or refused with the rule it broke.
#include <gtest/gtest.h>

#include "connector/worker/abi_bridge.h"
#include "connector/worker/flow_codec.h"

namespace patchbay::connector {
namespace {

std::string_view view(patchbay_str text) {
  return {text.ptr, static_cast<std::size_t>(text.len)};
}

struct AbiBridgeTest : testing::Test {
  AbiBridgeTest() {
    action.struct_size = sizeof action;
    message.struct_size = sizeof message;
    message.id = to_str("error.x");
    message.fallback = to_str("It failed.");
    token.struct_size = sizeof token;
    token.name = to_str("v2");
    token.value = to_str("value");
    done.struct_size = sizeof done;
    fail.struct_size = sizeof fail;
    fail.message = &message;
    request.struct_size = sizeof request;
    request.method = to_str("GET");
    request.url = to_str("https://api.example/");
  }
  void answer_done() {
    action.kind = PATCHBAY_ACTION_DONE;
    action.done = &done;
  }
  void answer_requests(std::uint64_t count) {
    action.kind = PATCHBAY_ACTION_REQUESTS;
    action.requests = requests;
    action.request_count = count;
  }
  void expect_refused(std::string_view why) {
    std::string broken;
    EXPECT_FALSE(read_action(action, broken));
    EXPECT_NE(broken.find(why), std::string::npos) << broken;
  }

  patchbay_action action{};
  patchbay_message message{};
  patchbay_token token{};
  patchbay_done done{};
  patchbay_fail fail{};
  patchbay_request request{};
  const patchbay_request* requests[9] = {&request, &request, &request, &request, &request,
                                         &request, &request, &request, &request};
  const patchbay_token* tokens[1] = {&token};
};

TEST_F(AbiBridgeTest, AnInputHandsOutEverythingItHas) {
  FlowInput input;
  input.auth_method_id = "oauth";
  input.fields = {{"company", "acme"}};
  input.secrets.push_back({"client_secret", SecretString("hush")});
  input.tokens.push_back({"v2", SecretString("value"), "Bearer", 5, "a b", true});
  input.needed_permissions = {"employees:read"};
  const InputView made(input);
  const auto* c = made.get();
  EXPECT_EQ(c->struct_size, sizeof *c);
  EXPECT_EQ(view(c->auth_method_id), "oauth");
  ASSERT_EQ(c->field_count, 1U);
  EXPECT_EQ(view(c->fields[0].value), "acme");
  ASSERT_EQ(c->secret_count, 1U);
  EXPECT_EQ(view(c->secrets[0].value), "hush");
  ASSERT_EQ(c->token_count, 1U);
  EXPECT_EQ(c->tokens[0]->flags, PATCHBAY_TOKEN_SCOPES_KNOWN);
  EXPECT_EQ(view(c->tokens[0]->value), "value");
  ASSERT_EQ(c->needed_permission_count, 1U);
  EXPECT_EQ(c->setup_field_count, 0U);
}

TEST_F(AbiBridgeTest, AnEventHandsOutEveryReply) {
  FlowEvent event;
  event.kind = PATCHBAY_EVENT_REPLIES;
  for (unsigned i = 0; i < 5; ++i) {
    FlowReply reply;
    reply.http_status = 200 + i;
    reply.headers = {{"a", std::to_string(i)}};
    reply.body = SecretString("body " + std::to_string(i));
    event.replies.push_back(std::move(reply));
  }
  const EventView made(event);
  ASSERT_EQ(made.get()->reply_count, 5U);
  for (unsigned i = 0; i < 5; ++i) {
    EXPECT_EQ(made.get()->replies[i]->http_status, 200 + i);
    EXPECT_EQ(view(made.get()->replies[i]->headers[0].value), std::to_string(i));
    EXPECT_EQ(view(made.get()->replies[i]->body), "body " + std::to_string(i));
  }
}

TEST_F(AbiBridgeTest, ADoneIsCopiedOut) {
  done.tokens = tokens;
  done.token_count = 1;
  answer_done();
  std::string broken;
  const auto read = read_action(action, broken);
  ASSERT_TRUE(read && read->done) << broken;
  EXPECT_TRUE(read->done->tokens[0].value.equals("value"));
}

TEST_F(AbiBridgeTest, MembersThatTheConnectorDoesNotKnowAreNotRead) {
  done.struct_size = offsetof(patchbay_done, result_json);
  answer_done();
  expect_refused("DONE without its struct");
  fail.struct_size = 8;
  action.kind = PATCHBAY_ACTION_FAIL;
  action.fail = &fail;
  expect_refused("FAIL without its struct");
  fail.struct_size = sizeof fail;
  message.struct_size = 4;
  expect_refused("a message is not complete");
}

TEST_F(AbiBridgeTest, PointersThatAreMissingAreRefused) {
  action.kind = PATCHBAY_ACTION_DONE;
  expect_refused("DONE without its struct");
  action.kind = PATCHBAY_ACTION_FAIL;
  expect_refused("FAIL without its struct");
  fail.message = nullptr;
  action.fail = &fail;
  expect_refused("a message is not complete");
  done.token_count = 3;
  answer_done();
  expect_refused("a list has a count but no items");
  const patchbay_token* null_token[1] = {nullptr};
  done.tokens = null_token;
  done.token_count = 1;
  expect_refused("null pointer");
  token.value = {nullptr, 5};
  done.tokens = tokens;
  expect_refused("a text has a length but no bytes");
}

TEST_F(AbiBridgeTest, ListsAndTextsOverTheirLimitsAreRefusedBeforeTheyAreRead) {
  answer_requests(8);
  std::string broken;
  EXPECT_TRUE(read_action(action, broken)) << broken;
  answer_requests(9);
  expect_refused("too long");
  answer_requests(0);
  expect_refused("names no request");
  answer_requests(1);
  request.header_count = 1ULL << 60U;
  const patchbay_pair header{to_str("a"), to_str("b")};
  request.headers = &header;
  expect_refused("too long");
  request.header_count = 0;
  request.body = {"x", kMaxMessageBytes + 1};
  expect_refused("larger than 16 MiB");
  request.body = {"x", ~0ULL};
  expect_refused("larger than 16 MiB");
}

TEST_F(AbiBridgeTest, AnUnknownKindIsRefused) {
  action.kind = 0;
  expect_refused("unknown kind");
  action.kind = 7;
  expect_refused("unknown kind");
}

}  // namespace
}  // namespace patchbay::connector
