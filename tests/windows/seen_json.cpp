#include "seen_json.h"

#include "connector/flow_names.h"

namespace patchbay::windows {
namespace {

namespace json = boost::json;

json::array flags(std::uint32_t bits) {
  json::array list;
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1U) {
    if ((bits & bit) == 0) continue;
    list.emplace_back(connector::name_of(connector::kRequestFlagNames, bit));
  }
  return list;
}

template <class Item, class Each>
json::array array(const std::vector<Item>& items, Each each) {
  json::array list;
  for (const Item& item : items) list.push_back(each(item));
  return list;
}

json::array pairs(const testing::Pairs& list) {
  return array(list, [](const auto& pair) { return json::array{pair.first, pair.second}; });
}

json::array names(const std::vector<std::string>& list) {
  return array(list, [](const std::string& name) { return json::string(name); });
}

json::object message(const testing::SeenMessage& from) {
  return {{"id", from.id},
          {"args", pairs(from.args)},
          {"fallback", from.fallback},
          {"field", from.field}};
}

json::object request(const testing::SeenRequest& from) {
  return {{"method", from.method},
          {"url", from.url},
          {"flags", flags(from.flags)},
          {"headers", pairs(from.headers)},
          {"body", from.body},
          {"timeout_ms", from.timeout_ms},
          {"max_body_bytes", from.max_body_bytes}};
}

json::object token(const testing::TokenSpec& from) {
  return {{"name", from.name},     {"value", from.value},
          {"type", from.type},     {"expires_unix_ms", from.expires_unix_ms},
          {"scopes", from.scopes}, {"scopes_known", from.scopes_known}};
}

void add_done(json::object& out, const testing::Seen& seen) {
  out["tokens"] = array(seen.tokens, token);
  out["secrets"] = pairs(seen.secrets);
  out["granted_permissions"] = names(seen.granted);
  out["facts"] = pairs(seen.facts);
  out["result"] = seen.result_json;
}

void add_fail(json::object& out, const testing::Seen& seen) {
  out["failure"] = connector::name_of(connector::kFailureNames, seen.failure);
  out["message"] = message(seen.message);
  out["permission"] = seen.permission;
  out["retry_after_ms"] = seen.retry_after_ms;
  out["excerpt"] = seen.excerpt;
  out["tokens"] = array(seen.tokens, token);
}

}  // namespace

json::object to_json(const testing::Seen& seen) {
  json::object out{{"kind", connector::name_of(connector::kActionNames, seen.kind)}};
  if (!seen.requests.empty()) out["requests"] = array(seen.requests, request);
  if (seen.wait_ms != 0) out["wait_ms"] = seen.wait_ms;
  if (!seen.redirect_url.empty()) {
    out["redirect_url"] = seen.redirect_url;
    out["redirect_state"] = seen.redirect_state;
  }
  if (seen.kind == PATCHBAY_ACTION_DONE) add_done(out, seen);
  if (seen.kind == PATCHBAY_ACTION_FAIL) add_fail(out, seen);
  if (!seen.notices.empty()) out["notices"] = array(seen.notices, message);
  return out;
}

}  // namespace patchbay::windows
