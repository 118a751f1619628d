#include "webhook_form.h"

#include <algorithm>
#include <array>

#include "patchbay/sandbox/text.h"
#include "request_rules.h"
#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Response;

constexpr std::size_t kMostHeaders = 3;
constexpr std::array<std::string_view, 9> kForbidden{
    "host",    "content-length", "transfer-encoding", "connection", "upgrade", "te",
    "trailer", "expect",         "content-type"};

ValueRules rules(bool creates) {
  return {{.name = "url", .required = creates},
          {.name = "description", .required = creates},
          {.name = "status", .choices = {"ENABLED", "DISABLED"}},
          {.name = "auth_type", .choices = {"NONE", "TOKEN", "CUSTOM"}},
          {.name = "token"},
          {.name = "custom_headers", .kind = ValueKind::object},
          {.name = "enabled_events", .kind = ValueKind::list, .required = creates}};
}

Response unprocessable(const Call& call, const std::string& text) {
  call.service.violations.add(text);
  return v2_error(call.service, 422, "Unprocessable entity", text, "common.unprocessable_entity");
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

bool is_https(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  return url.starts_with(scheme) && url.size() > scheme.size() && is_plain(url) &&
         url.find(' ') == std::string_view::npos;
}

bool is_forbidden(std::string_view header) {
  const std::string name = sandbox::lower_case(header);
  return std::any_of(kForbidden.begin(), kForbidden.end(),
                     [&](std::string_view start) { return name.starts_with(start); });
}

/// Null when they may be sent.
std::optional<std::string> take_headers(const json::object& wanted, Webhook& webhook) {
  if (wanted.size() > kMostHeaders) return "custom_headers: at most three";
  webhook.custom_headers.clear();
  for (const auto& header : wanted) {
    const json::string* value = header.value().if_string();
    if (value == nullptr || !is_plain(*value) || header.key().empty() || !is_plain(header.key())) {
      return "custom_headers: names and values are plain text";
    }
    if (is_forbidden(header.key())) return "custom_headers: this name is not allowed";
    webhook.custom_headers.emplace_back(header.key(), *value);
  }
  return std::nullopt;
}

std::optional<std::string> take_events(const json::array& wanted, Webhook& webhook) {
  if (wanted.empty()) return "enabled_events is empty";
  webhook.enabled_events.clear();
  for (const json::value& event : wanted) {
    const json::string* name = event.if_string();
    const auto known = webhook_events();
    if (name == nullptr || std::find(known.begin(), known.end(), *name) == known.end()) {
      return "enabled_events: unknown event";
    }
    webhook.enabled_events.emplace_back(*name);
  }
  return std::nullopt;
}

/// Members that may not be as they are, each or together; null when all may.
std::optional<std::string> take_members(const json::object& body, Webhook& webhook) {
  const auto take = [&](const char* name, std::string& target) {
    if (const auto text = sandbox::string_member(body, name)) target = *text;
  };
  take("url", webhook.url);
  take("description", webhook.description);
  take("auth_type", webhook.auth_type);
  take("token", webhook.token);
  if (const auto status = sandbox::string_member(body, "status")) {
    webhook.enabled = *status == "ENABLED";
  }
  if (!is_https(webhook.url)) return "url is not an https address";
  if (!is_plain(webhook.token)) return "token is not plain text";
  if (const json::value* headers = body.if_contains("custom_headers")) {
    if (webhook.auth_type != "CUSTOM") return "custom_headers without auth_type CUSTOM";
    if (auto wrong = take_headers(headers->as_object(), webhook)) return wrong;
  }
  if (webhook.auth_type == "CUSTOM" && webhook.custom_headers.empty()) {
    return "auth_type CUSTOM without custom_headers";
  }
  if (const json::value* events = body.if_contains("enabled_events")) {
    return take_events(events->as_array(), webhook);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Response> read_webhook(const Call& call, bool creates, Webhook& webhook) {
  auto read = read_body(call, rules(creates));
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  if (const auto wrong = take_members(std::get<json::object>(read), webhook)) {
    return unprocessable(call, *wrong);
  }
  webhook.updated_ms = call.service.now_ms();
  return std::nullopt;
}

json::object webhook_to_json(const Webhook& webhook) {
  json::array events;
  for (const std::string& event : webhook.enabled_events) events.emplace_back(event);
  return {{"id", webhook.id},
          {"url", webhook.url},
          {"description", webhook.description},
          {"status", webhook.enabled ? "ENABLED" : "DISABLED"},
          {"auth_type", webhook.auth_type},
          {"enabled_events", std::move(events)},
          {"created_at", sandbox::iso_utc(webhook.created_ms)},
          {"updated_at", sandbox::iso_utc(webhook.updated_ms)}};
}

}  // namespace patchbay::personio_sandbox
