#include "connector/flow_transcript.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <concepts>
#include <cstdint>
#include <string>

#include "base/encoding.h"
#include "base/json.h"
#include "patchbay/connector.h"

namespace patchbay::connector {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;

std::vector<NamedSecret> copy_of(const std::vector<NamedSecret>& secrets) {
  std::vector<NamedSecret> copies;
  copies.reserve(secrets.size());
  for (const auto& secret : secrets) copies.push_back({secret.name, secret.value.copy()});
  return copies;
}

// JSON into memory that is wiped as it grows. Every text is base64: what crossed a network need not
// be UTF-8, and nothing has to be escaped.
class Writer {
 public:
  Writer& raw(std::string_view json) {
    out_.append(json);
    return *this;
  }
  Writer& value(std::string_view bytes) {
    std::string text = base64_encode(bytes);
    raw("\"").raw(text).raw("\"");
    wipe(text.data(), text.size());
    return *this;
  }
  Writer& value(const SecretString& secret) { return value(secret.reveal()); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  template <std::integral Number>
  Writer& value(Number number) {
    return raw(std::to_string(number));
  }
  // A list of pairs [name, value].
  template <class Named>
    requires requires(const Named& item) { item.name; }
  Writer& value(const std::vector<Named>& list) {
    return array(list, [this](const Named& item) {
      raw("[").value(item.name).raw(",").value(item.value).raw("]");
    });
  }
  Writer& value(const std::vector<std::string>& list) {
    return array(list, [this](const std::string& item) { value(item); });
  }

  // `name` is one of ours: nothing in it to be escaped.
  template <class Value>
  Writer& member(std::string_view name, const Value& of) {
    return key(name).value(of);
  }
  Writer& key(std::string_view name) {
    const auto text = out_.reveal();
    if (text.back() != '{') raw(",");
    return raw("\"").raw(name).raw("\":");
  }
  template <class Item, class Each>
  Writer& array(const std::vector<Item>& list, Each each) {
    raw("[");
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i != 0) raw(",");
      each(list[i]);
    }
    return raw("]");
  }
  SecretString take() { return std::move(out_); }

 private:
  SecretString out_;
};

void write(Writer& out, const FlowInput& input) {
  out.raw("{")
      .member("auth_method", input.auth_method_id)
      .member("environment", input.environment_id)
      .member("redirect_uri", input.redirect_uri)
      .member("action", input.action_id)
      .member("arguments", input.arguments_json)
      .member("fields", input.fields)
      .member("secrets", input.secrets)
      .member("setup_fields", input.setup_fields)
      .member("setup_secrets", input.setup_secrets)
      .member("facts", input.facts)
      .member("needed_permissions", input.needed_permissions)
      .key("tokens")
      .array(input.tokens,
             [&out](const Token& token) {
               out.raw("{")
                   .member("name", token.name)
                   .member("value", token.value)
                   .member("type", token.type)
                   .member("expires", token.expires_unix_ms)
                   .member("scopes", token.scopes)
                   .member("scopes_known", token.scopes_known ? 1 : 0)
                   .raw("}");
             })
      .raw("}");
}

// No token answer is as long as this: in the newest event a longer one is told as lost, so that the
// transcript stays small enough to be sealed.
constexpr std::size_t kLongestLastBody = std::size_t{256} << 10U;

void write(Writer& out, const FlowEvent& event, std::size_t longest_body = SIZE_MAX) {
  out.raw("{")
      .member("kind", event.kind)
      .member("unix_ms", event.unix_ms)
      .member("random", as_text(event.random))
      .member("query", event.query)
      .member("fields", event.fields)
      .member("secrets", event.secrets)
      .key("replies")
      .array(event.replies,
             [&](const FlowReply& reply) {
               const bool fits = reply.body.size() <= longest_body;
               out.raw("{")
                   .member("flags", reply.flags)
                   .member("net_error", fits ? reply.net_error : PATCHBAY_NET_TOO_LARGE)
                   .member("status", reply.http_status)
                   .member("headers", reply.headers)
                   .member("body", fits ? reply.body.reveal() : std::string_view())
                   .raw("}");
             })
      .raw("}");
}

void write(Writer& out, const FlowMessage& message) {
  out.raw("{")
      .member("id", message.id)
      .member("args", message.args)
      .member("fallback", message.fallback)
      .member("field", message.field_id)
      .raw("}");
}

void write(Writer& out, const FlowPause& pause) {
  out.raw("{")
      .member("redirect_url", pause.redirect_url)
      .member("redirect_state", pause.redirect_state)
      .member("ask", pause.ask_field_ids);
  if (pause.ask_reason) write(out.key("reason"), *pause.ask_reason);
  out.raw("}");
}

void write_head(Writer& out, const Transcript& transcript) {
  out.raw("{")
      .member("format", 1)
      .member("operation", static_cast<std::uint32_t>(transcript.operation))
      .key("input");
  write(out, transcript.input);
}

void read(const json::Value& from, std::string& out) {
  out = base64_decode(from.as_string().value_or("")).value_or("");
}
void read(const json::Value& from, SecretString& out) {
  auto bytes = base64_decode(from.as_string().value_or("")).value_or("");
  out = SecretString::take(bytes);
}
template <class Text>
void read_member(const json::Value& from, std::string_view name, Text& out) {
  read(from.get(name), out);
}
template <class Named>
void read_list(const json::Value& from, std::string_view name, std::vector<Named>& list) {
  const auto items = from.get(name);
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto& item = list.emplace_back();
    read(items.at(i).at(0), item.name);
    read(items.at(i).at(1), item.value);
  }
}
std::uint32_t number(const json::Value& from) {
  return static_cast<std::uint32_t>(from.integer_or(0));
}

FlowInput read_input(const json::Value& from) {
  FlowInput input;
  read_member(from, "auth_method", input.auth_method_id);
  read_member(from, "environment", input.environment_id);
  read_member(from, "redirect_uri", input.redirect_uri);
  read_member(from, "action", input.action_id);
  read_member(from, "arguments", input.arguments_json);
  read_list(from, "fields", input.fields);
  read_list(from, "secrets", input.secrets);
  read_list(from, "setup_fields", input.setup_fields);
  read_list(from, "setup_secrets", input.setup_secrets);
  read_list(from, "facts", input.facts);
  const auto permissions = from.get("needed_permissions");
  for (std::size_t i = 0; i < permissions.size(); ++i)
    read(permissions.at(i), input.needed_permissions.emplace_back());
  const auto tokens = from.get("tokens");
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto token = tokens.at(i);
    auto& into = input.tokens.emplace_back();
    read_member(token, "name", into.name);
    read_member(token, "value", into.value);
    read_member(token, "type", into.type);
    into.expires_unix_ms = token.get("expires").integer_or(0);
    read_member(token, "scopes", into.scopes);
    into.scopes_known = token.get("scopes_known").integer_or(0) == 1;
  }
  return input;
}

FlowEvent read_event(const json::Value& from) {
  FlowEvent event;
  event.kind = number(from.get("kind"));
  event.unix_ms = from.get("unix_ms").integer_or(0);
  std::string random;
  read_member(from, "random", random);
  std::copy_n(random.begin(), std::min(random.size(), event.random.size()), event.random.begin());
  wipe(random.data(), random.size());
  read_list(from, "query", event.query);
  read_list(from, "fields", event.fields);
  read_list(from, "secrets", event.secrets);
  const auto replies = from.get("replies");
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const auto reply = replies.at(i);
    auto& into = event.replies.emplace_back();
    into.flags = number(reply.get("flags"));
    into.net_error = number(reply.get("net_error"));
    into.http_status = number(reply.get("status"));
    read_list(reply, "headers", into.headers);
    read_member(reply, "body", into.body);
  }
  return event;
}

FlowMessage read_message(const json::Value& from) {
  FlowMessage message;
  read_member(from, "id", message.id);
  read_list(from, "args", message.args);
  read_member(from, "fallback", message.fallback);
  read_member(from, "field", message.field_id);
  return message;
}

FlowPause read_pause(const json::Value& from) {
  FlowPause pause;
  read_member(from, "redirect_url", pause.redirect_url);
  read_member(from, "redirect_state", pause.redirect_state);
  const auto ask = from.get("ask");
  for (std::size_t i = 0; i < ask.size(); ++i) read(ask.at(i), pause.ask_field_ids.emplace_back());
  if (const auto reason = from.get("reason"); reason.exists())
    pause.ask_reason = read_message(reason);
  return pause;
}

bool is_same_wait(const FlowAction& action, const FlowPause& pause) {
  if (pause.is_redirect())
    return action.kind == PATCHBAY_ACTION_REDIRECT && action.redirect_url == pause.redirect_url &&
           action.redirect_state == pause.redirect_state;
  return action.kind == PATCHBAY_ACTION_INPUT && action.ask_field_ids == pause.ask_field_ids;
}

Task<> pause_for(milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

// A worker that died is started again only after its back-off.
Task<Result<FlowId>> begin_again(Runtime& runtime, const Transcript& transcript) {
  auto begun = co_await runtime.begin(transcript.operation, copy_of(transcript.input));
  for (milliseconds pause(100); !begun && pause < milliseconds(2'000); pause *= 2) {
    co_await pause_for(pause);
    begun = co_await runtime.begin(transcript.operation, copy_of(transcript.input));
  }
  co_return begun;
}

Task<Result<std::vector<Token>>> cancel_after(Runtime& runtime, FlowId flow,
                                              const Transcript& transcript, bool with_replies) {
  for (std::size_t i = 0; i + 1 < transcript.events.size(); ++i) {
    auto stepped = co_await runtime.step(flow, copy_of(transcript.events[i]));
    if (!stepped) co_return stepped.error();
  }
  auto cancel = copy_of(transcript.events.back());
  cancel.kind = PATCHBAY_EVENT_CANCEL;
  if (!with_replies) cancel.replies.clear();
  auto answer = co_await runtime.step(flow, std::move(cancel));
  if (!answer) co_return answer.error();
  if (!answer->fail)
    co_return make_error(ErrorCode::kConnector, "the connector did not end when it was cancelled");
  co_return std::move(answer->fail->tokens);
}

}  // namespace

FlowInput copy_of(const FlowInput& input) {
  FlowInput copy;
  copy.auth_method_id = input.auth_method_id;
  copy.environment_id = input.environment_id;
  copy.fields = input.fields;
  copy.secrets = copy_of(input.secrets);
  copy.setup_fields = input.setup_fields;
  copy.setup_secrets = copy_of(input.setup_secrets);
  for (const auto& token : input.tokens) copy.tokens.push_back(token.copy());
  copy.needed_permissions = input.needed_permissions;
  copy.redirect_uri = input.redirect_uri;
  copy.action_id = input.action_id;
  copy.arguments_json = input.arguments_json;
  copy.facts = input.facts;
  return copy;
}

FlowEvent copy_of(const FlowEvent& event) {
  FlowEvent copy;
  copy.kind = event.kind;
  copy.unix_ms = event.unix_ms;
  copy.random = event.random;
  for (const auto& reply : event.replies)
    copy.replies.push_back(
        {reply.flags, reply.net_error, reply.http_status, reply.headers, reply.body.copy()});
  copy.query = copy_of(event.query);
  copy.fields = event.fields;
  copy.secrets = copy_of(event.secrets);
  return copy;
}

SecretString to_json(const Transcript& transcript) {
  Writer out;
  write_head(out, transcript);
  out.key("events").array(transcript.events, [&out](const FlowEvent& event) { write(out, event); });
  if (transcript.pause) write(out.key("pause"), *transcript.pause);
  return out.raw("}").take();
}

SecretString to_json(const Transcript& transcript, const FlowEvent& last) {
  Writer out;
  write_head(out, transcript);
  out.key("events").raw("[");
  for (const auto& event : transcript.events) {
    write(out, event);
    out.raw(",");
  }
  write(out, last, kLongestLastBody);
  return out.raw("]}").take();
}

Result<Transcript> transcript_from_json(std::string_view text) {
  PATCHBAY_TRY_ASSIGN(const auto document, json::Document::parse(text));
  const auto root = document.root();
  const auto operation = root.get("operation").integer_or(0);
  if (root.get("format").integer_or(0) != 1 || operation < 1 || operation > 4)
    return make_error(ErrorCode::kStorage, "the transcript has a format of another release");
  Transcript transcript;
  transcript.operation = static_cast<Operation>(operation);
  transcript.input = read_input(root.get("input"));
  const auto events = root.get("events");
  for (std::size_t i = 0; i < events.size(); ++i)
    transcript.events.push_back(read_event(events.at(i)));
  if (const auto pause = root.get("pause"); pause.exists()) transcript.pause = read_pause(pause);
  return transcript;
}

Task<Result<FlowId>> replay_to_pause(Runtime& runtime, const Transcript& transcript) {
  if (!transcript.pause || transcript.events.empty())
    co_return make_error(ErrorCode::kInternal, "the flow does not wait for a person");
  auto flow = co_await begin_again(runtime, transcript);
  if (!flow) co_return flow;
  Error error = make_error(ErrorCode::kConnector,
                           "the connector no longer waits for what it had asked the person for");
  for (std::size_t i = 0; i < transcript.events.size(); ++i) {
    const auto stepped = co_await runtime.step(*flow, copy_of(transcript.events[i]));
    if (!stepped) {
      error = stepped.error();
      break;
    }
    const bool last = i + 1 == transcript.events.size();
    if (last && is_same_wait(*stepped, *transcript.pause)) co_return flow;
    if (stepped->done || stepped->fail) break;
  }
  runtime.release(*flow);
  co_return error;
}

Task<Result<std::vector<Token>>> replay_and_cancel(Runtime& runtime, const Transcript& transcript) {
  // Before its first answer a flow has minted nothing.
  if (transcript.events.size() < 2) co_return std::vector<Token>();
  Result<std::vector<Token>> minted = make_error(ErrorCode::kInternal, "not replayed");
  for (const bool with_replies : {true, false}) {
    auto flow = co_await begin_again(runtime, transcript);
    if (!flow) co_return flow.error();
    minted = co_await cancel_after(runtime, *flow, transcript, with_replies);
    runtime.release(*flow);
    if (minted) break;
  }
  co_return minted;
}

}  // namespace patchbay::connector
