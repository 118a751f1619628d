#include "connector/worker/abi_bridge.h"

#include <cstring>

#include "connector/worker/flow_codec.h"

namespace patchbay::connector {
namespace {

std::string_view reveal(const std::string& text) {
  return text;
}
std::string_view reveal(const SecretString& text) {
  return text.reveal();
}

template <class Named>
std::vector<patchbay_pair> to_pairs(const std::vector<Named>& list) {
  std::vector<patchbay_pair> pairs;
  pairs.reserve(list.size());
  for (const auto& item : list) pairs.push_back({to_str(item.name), to_str(reveal(item.value))});
  return pairs;
}

// Copies out of the connector's memory while counting what it takes; past the limit, or at a null
// pointer with a length, everything after is refused.
class Reader {
 public:
  [[nodiscard]] bool ok() const { return problem_.empty(); }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void fail(std::string_view problem) {
    if (ok()) problem_ = problem;
  }

  std::string_view view(patchbay_str text) {
    if (!ok() || text.len == 0) return {};
    if (text.ptr == nullptr) return fail("a text has a length but no bytes"), std::string_view{};
    if (text.len > kMaxMessageBytes || (total_ += text.len) > kMaxMessageBytes)
      return fail("an action is larger than 16 MiB"), std::string_view{};
    return {text.ptr, static_cast<std::size_t>(text.len)};
  }
  std::string text(patchbay_str value) { return std::string(view(value)); }
  SecretString secret(patchbay_str value) { return SecretString(view(value)); }

  template <class Pointer>
  std::size_t count(Pointer* list, std::uint64_t size, std::uint64_t most = kMaxListItems) {
    if (!ok() || size == 0) return 0;
    if (list == nullptr) return fail("a list has a count but no items"), 0;
    if (size > most) return fail("a list is too long"), 0;
    return static_cast<std::size_t>(size);
  }

  std::vector<NamedValue> values(const patchbay_pair* list, std::uint64_t size) {
    std::vector<NamedValue> out;
    for (std::size_t i = 0, n = count(list, size); i < n; ++i)
      out.push_back({text(list[i].name), text(list[i].value)});
    return out;
  }
  std::vector<NamedSecret> secrets(const patchbay_pair* list, std::uint64_t size) {
    std::vector<NamedSecret> out;
    for (std::size_t i = 0, n = count(list, size); i < n; ++i)
      out.push_back({text(list[i].name), secret(list[i].value)});
    return out;
  }
  std::vector<std::string> texts(const patchbay_str* list, std::uint64_t size) {
    std::vector<std::string> out;
    for (std::size_t i = 0, n = count(list, size); i < n; ++i) out.push_back(text(list[i]));
    return out;
  }

  template <class Struct>
  const Struct* element(const Struct* pointer) {
    if (ok() && pointer == nullptr) fail("a list holds a null pointer");
    return ok() ? pointer : nullptr;
  }

  std::vector<Token> tokens(const patchbay_token* const* list, std::uint64_t size) {
    std::vector<Token> out;
    for (std::size_t i = 0, n = count(list, size, 16); i < n; ++i) {
      const auto* token = element(list[i]);
      if (token == nullptr || !PATCHBAY_HAS(patchbay_token, token, scopes)) {
        fail("a token is not complete");
        break;
      }
      out.push_back({text(token->name), secret(token->value), text(token->type),
                     token->expires_unix_ms, text(token->scopes),
                     (token->flags & PATCHBAY_TOKEN_SCOPES_KNOWN) != 0});
    }
    return out;
  }

  FlowMessage message(const patchbay_message* from) {
    if (!ok() || from == nullptr || !PATCHBAY_HAS(patchbay_message, from, field_id))
      return fail("a message is not complete"), FlowMessage{};
    return {text(from->id), values(from->args, from->arg_count), text(from->fallback),
            text(from->field_id)};
  }

 private:
  std::string problem_;
  std::uint64_t total_ = 0;
};

FlowRequest read_request(Reader& reader, const patchbay_request* from) {
  if (reader.element(from) == nullptr || !PATCHBAY_HAS(patchbay_request, from, max_body_bytes))
    return reader.fail("a request is not complete"), FlowRequest{};
  FlowRequest request;
  request.flags = from->flags;
  request.method = reader.text(from->method);
  request.url = reader.text(from->url);
  request.headers = reader.secrets(from->headers, from->header_count);
  request.body = reader.secret(from->body);
  request.timeout_ms = from->timeout_ms;
  request.max_body_bytes = from->max_body_bytes;
  return request;
}

FlowDone read_done(Reader& reader, const patchbay_done* from) {
  if (from == nullptr || !PATCHBAY_HAS(patchbay_done, from, result_json))
    return reader.fail("DONE without its struct"), FlowDone{};
  return {reader.tokens(from->tokens, from->token_count),
          reader.secrets(from->secrets, from->secret_count),
          reader.texts(from->granted_permissions, from->granted_permission_count),
          reader.values(from->facts, from->fact_count), reader.text(from->result_json)};
}

FlowFail read_fail(Reader& reader, const patchbay_fail* from) {
  if (from == nullptr || !PATCHBAY_HAS(patchbay_fail, from, token_count))
    return reader.fail("FAIL without its struct"), FlowFail{};
  FlowFail fail;
  fail.failure = from->failure;
  fail.message = reader.message(from->message);
  fail.permission_id = reader.text(from->permission_id);
  fail.retry_after_ms = from->retry_after_ms;
  fail.provider_excerpt = reader.text(from->provider_excerpt);
  fail.tokens = reader.tokens(from->tokens, from->token_count);
  return fail;
}

}  // namespace

InputView::InputView(const FlowInput& input)
    : fields_(to_pairs(input.fields)),
      secrets_(to_pairs(input.secrets)),
      setup_fields_(to_pairs(input.setup_fields)),
      setup_secrets_(to_pairs(input.setup_secrets)) {
  tokens_.reserve(input.tokens.size());
  for (const auto& token : input.tokens) {
    tokens_.push_back({sizeof(patchbay_token), token.scopes_known ? PATCHBAY_TOKEN_SCOPES_KNOWN : 0,
                       to_str(token.name), to_str(token.value.reveal()), to_str(token.type),
                       token.expires_unix_ms, to_str(token.scopes)});
    token_pointers_.push_back(&tokens_.back());
  }
  for (const auto& permission : input.needed_permissions) needed_.push_back(to_str(permission));
  input_.struct_size = sizeof input_;
  input_.auth_method_id = to_str(input.auth_method_id);
  input_.environment_id = to_str(input.environment_id);
  input_.fields = fields_.data();
  input_.field_count = fields_.size();
  input_.secrets = secrets_.data();
  input_.secret_count = secrets_.size();
  input_.setup_fields = setup_fields_.data();
  input_.setup_field_count = setup_fields_.size();
  input_.setup_secrets = setup_secrets_.data();
  input_.setup_secret_count = setup_secrets_.size();
  input_.tokens = token_pointers_.data();
  input_.token_count = token_pointers_.size();
  input_.needed_permissions = needed_.data();
  input_.needed_permission_count = needed_.size();
  input_.redirect_uri = to_str(input.redirect_uri);
  input_.action_id = to_str(input.action_id);
  input_.arguments_json = to_str(input.arguments_json);
}

EventView::EventView(const FlowEvent& event)
    : query_(to_pairs(event.query)),
      fields_(to_pairs(event.fields)),
      secrets_(to_pairs(event.secrets)) {
  headers_.reserve(event.replies.size());
  replies_.reserve(event.replies.size());
  for (const auto& reply : event.replies) {
    headers_.push_back(to_pairs(reply.headers));
    replies_.push_back({sizeof(patchbay_reply), reply.flags, reply.net_error, reply.http_status,
                        headers_.back().data(), headers_.back().size(),
                        to_str(reply.body.reveal())});
    reply_pointers_.push_back(&replies_.back());
  }
  event_.struct_size = sizeof event_;
  event_.kind = event.kind;
  event_.unix_ms = event.unix_ms;
  std::memcpy(event_.random, event.random.data(), sizeof event_.random);
  event_.replies = reply_pointers_.data();
  event_.reply_count = reply_pointers_.size();
  event_.query = query_.data();
  event_.query_count = query_.size();
  event_.fields = fields_.data();
  event_.field_count = fields_.size();
  event_.secrets = secrets_.data();
  event_.secret_count = secrets_.size();
}

std::optional<FlowAction> read_action(const patchbay_action& from, std::string& broken) {
  Reader reader;
  FlowAction action;
  action.kind = from.kind;
  switch (from.kind) {
    case PATCHBAY_ACTION_REQUESTS: {
      const auto n = reader.count(from.requests, from.request_count, PATCHBAY_MAX_BATCH);
      if (n == 0) reader.fail("REQUESTS names no request");
      for (std::size_t i = 0; i < n; ++i)
        action.requests.push_back(read_request(reader, from.requests[i]));
      break;
    }
    case PATCHBAY_ACTION_WAIT:
      action.wait_ms = from.wait_ms;
      break;
    case PATCHBAY_ACTION_REDIRECT:
      action.redirect_url = reader.text(from.redirect_url);
      action.redirect_state = reader.text(from.redirect_state);
      break;
    case PATCHBAY_ACTION_INPUT:
      action.ask_field_ids = reader.texts(from.ask_field_ids, from.ask_field_count);
      if (from.ask_reason != nullptr) action.ask_reason = reader.message(from.ask_reason);
      break;
    case PATCHBAY_ACTION_DONE:
      action.done = read_done(reader, from.done);
      break;
    case PATCHBAY_ACTION_FAIL:
      action.fail = read_fail(reader, from.fail);
      break;
    default:
      reader.fail("an action of an unknown kind");
  }
  for (std::size_t i = 0, n = reader.count(from.notices, from.notice_count, 16); i < n; ++i)
    action.notices.push_back(reader.message(from.notices[i]));
  if (reader.ok()) return action;
  broken = reader.problem();
  return std::nullopt;
}

}  // namespace patchbay::connector
