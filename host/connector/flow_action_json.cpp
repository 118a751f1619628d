#include "connector/flow_action_json.h"

#include "base/encoding.h"
#include "connector/flow_names.h"

namespace patchbay::connector {
namespace {

void write_flags(json::Writer& out, std::uint32_t flags) {
  out.begin_array();
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1U)
    if ((flags & bit) != 0) out.string(name_of(kRequestFlagNames, bit));
  out.end_array();
}

void write_requests(json::Writer& out, const std::vector<FlowRequest>& requests) {
  out.begin_array();
  for (const auto& request : requests) {
    out.begin_object().member("method", request.method).member("url", request.url);
    write_flags(out.key("flags"), request.flags);
    write_pairs(out.key("headers"), request.headers);
    write_text(out.key("body"), request.body.reveal());
    out.member("timeout_ms", std::int64_t{request.timeout_ms})
        .member("max_body_bytes", std::int64_t{request.max_body_bytes})
        .end_object();
  }
  out.end_array();
}

void write_message(json::Writer& out, const FlowMessage& message) {
  out.begin_object().member("id", message.id);
  write_pairs(out.key("args"), message.args);
  out.member("fallback", message.fallback).member("field", message.field_id).end_object();
}

void write_names(json::Writer& out, const std::vector<std::string>& names) {
  out.begin_array();
  for (const auto& name : names) out.string(name);
  out.end_array();
}

void write_done(json::Writer& out, const FlowDone& done) {
  write_tokens(out.key("tokens"), done.tokens);
  write_pairs(out.key("secrets"), done.secrets);
  write_names(out.key("granted_permissions"), done.granted_permissions);
  write_pairs(out.key("facts"), done.facts);
  write_text(out.key("result"), done.result_json);
}

void write_fail(json::Writer& out, const FlowFail& fail) {
  out.member("failure", name_of(kFailureNames, fail.failure));
  write_message(out.key("message"), fail.message);
  out.member("permission", fail.permission_id)
      .member("retry_after_ms", static_cast<std::int64_t>(fail.retry_after_ms));
  write_text(out.key("excerpt"), fail.provider_excerpt);
  write_tokens(out.key("tokens"), fail.tokens);
}

}  // namespace

std::string to_json(const FlowAction& action) {
  json::Writer out;
  out.begin_object().member("kind", name_of(kActionNames, action.kind));
  if (!action.requests.empty()) write_requests(out.key("requests"), action.requests);
  if (action.wait_ms != 0) out.member("wait_ms", static_cast<std::int64_t>(action.wait_ms));
  if (!action.redirect_url.empty())
    out.member("redirect_url", action.redirect_url).member("redirect_state", action.redirect_state);
  if (!action.ask_field_ids.empty()) write_names(out.key("ask"), action.ask_field_ids);
  if (action.ask_reason) write_message(out.key("ask_reason"), *action.ask_reason);
  if (action.done) write_done(out, *action.done);
  if (action.fail) write_fail(out, *action.fail);
  if (!action.notices.empty()) {
    out.key("notices").begin_array();
    for (const auto& notice : action.notices) write_message(out, notice);
    out.end_array();
  }
  return out.end_object().take();
}

void write_text(json::Writer& out, std::string_view text) {
  if (is_valid_utf8(text)) {
    out.string(text);
  } else {
    out.begin_object().member("base64", base64_encode(text)).end_object();
  }
}

std::string read_text(const json::Value& from) {
  if (const auto text = from.as_string()) return std::string(*text);
  return base64_decode(from.get("base64").string_or("")).value_or("");
}

void write_pairs(json::Writer& out, const std::vector<NamedValue>& pairs) {
  out.begin_array();
  for (const auto& pair : pairs) {
    write_text(out.begin_array().string(pair.name), pair.value);
    out.end_array();
  }
  out.end_array();
}

void write_pairs(json::Writer& out, const std::vector<NamedSecret>& pairs) {
  out.begin_array();
  for (const auto& pair : pairs) {
    write_text(out.begin_array().string(pair.name), pair.value.reveal());
    out.end_array();
  }
  out.end_array();
}

std::vector<NamedValue> read_values(const json::Value& from) {
  std::vector<NamedValue> values;
  values.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i)
    values.push_back({from.at(i).at(0).string_or(""), read_text(from.at(i).at(1))});
  return values;
}

std::vector<NamedSecret> read_secrets(const json::Value& from) {
  std::vector<NamedSecret> secrets;
  secrets.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i)
    secrets.push_back({from.at(i).at(0).string_or(""), SecretString(read_text(from.at(i).at(1)))});
  return secrets;
}

void write_tokens(json::Writer& out, const std::vector<Token>& tokens) {
  out.begin_array();
  for (const auto& token : tokens) {
    write_text(out.begin_object().member("name", token.name).key("value"), token.value.reveal());
    out.member("type", token.type)
        .member("expires_unix_ms", token.expires_unix_ms)
        .member("scopes", token.scopes)
        .member("scopes_known", token.scopes_known)
        .end_object();
  }
  out.end_array();
}

std::vector<Token> read_tokens(const json::Value& from) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto token = from.at(i);
    tokens.push_back({token.get("name").string_or(""), SecretString(read_text(token.get("value"))),
                      token.get("type").string_or(""), token.get("expires_unix_ms").integer_or(0),
                      token.get("scopes").string_or(""), token.get("scopes_known").bool_or(false)});
  }
  return tokens;
}

std::string event_name(std::uint32_t kind) {
  return name_of(kEventNames, kind);
}

std::uint32_t event_kind(std::string_view name) {
  return number_of(kEventNames, name);
}

}  // namespace patchbay::connector
