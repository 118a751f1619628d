#include "request_rules.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "shapes.h"

namespace patchbay::personio_sandbox {
namespace {

namespace json = sandbox::json;
using sandbox::Fields;
using sandbox::Response;

const ValueRule* find_rule(const ValueRules& rules, std::string_view name) {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const ValueRule& rule) { return rule.name == name; });
  return found == rules.end() ? nullptr : &*found;
}

bool is_number(std::string_view text) {
  double value = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && stop == text.data() + text.size();
}

bool is_choice(const ValueRule& rule, std::string_view text) {
  return rule.choices.empty() ||
         std::find(rule.choices.begin(), rule.choices.end(), text) != rule.choices.end();
}

bool text_fits(const ValueRule& rule, std::string_view text) {
  switch (rule.kind) {
    case ValueKind::text:
      return is_choice(rule, text);
    case ValueKind::number:
      return is_number(text);
    case ValueKind::flag:
      return text == "true" || text == "false";
    case ValueKind::date:
      return sandbox::parse_iso_date(text).has_value();
    case ValueKind::utc_time:
      return text.ends_with('Z') && sandbox::parse_iso_utc(text).has_value();
    case ValueKind::local_time:
      return parse_local_time(text).has_value();
    default:
      return false;
  }
}

bool is_reference(const json::value& value) {
  const json::object* object = value.if_object();
  return object != nullptr && object->size() == 1 && sandbox::string_member(*object, "id");
}

bool value_fits(const ValueRule& rule, const json::value& value) {
  if (value.is_null()) return rule.nullable;
  switch (rule.kind) {
    case ValueKind::number:
      return value.is_number();
    case ValueKind::flag:
      return value.is_bool();
    case ValueKind::reference:
      return is_reference(value);
    case ValueKind::list:
      return value.is_array();
    case ValueKind::object:
      return value.is_object();
    default:
      return value.is_string() && text_fits(rule, value.as_string());
  }
}

/// Null when it is JSON; else the 415 or 400.
std::optional<Response> check_json(const Call& call, const std::optional<json::object>& body) {
  if (call.request.content_type() != "application/json") {
    call.service.violations.add("the content type is not application/json");
    return v2_error(call.service, 415, "Unsupported Media Type",
                    "The content type of the request is not supported.",
                    "common.unsupported_media_type");
  }
  if (body) return std::nullopt;
  call.service.violations.add("the body is not a JSON object");
  return v2_bad_content(call.service);
}

}  // namespace

std::optional<Response> check_query(Service& service, const Fields& query,
                                    const ValueRules& rules) {
  bool wrong = false;
  for (const auto& [name, value] : query) {
    const ValueRule* rule = find_rule(rules, name);
    if (rule == nullptr) {
      service.violations.add("unknown query parameter " + name);
      wrong = wrong || service.options.unknown_parameters == "refused";
    } else if (!text_fits(*rule, value)) {
      service.violations.add("bad value of the query parameter " + name);
      wrong = true;
    }
  }
  for (const ValueRule& rule : rules) {
    if (!rule.required || query.has(rule.name)) continue;
    service.violations.add("missing query parameter " + std::string(rule.name));
    wrong = true;
  }
  if (wrong) return v2_bad_parameters(service);
  return std::nullopt;
}

std::variant<Page, Response> read_list(const Call& call, const PageLimits& limits,
                                       const ValueRules& rules) {
  auto page = read_page(call.service, call.request, limits);
  if (std::holds_alternative<Response>(page)) return page;
  if (auto refused = check_query(call.service, std::get<Page>(page).query, rules)) {
    return std::move(*refused);
  }
  return page;
}

bool check_object(Service& service, const json::object& object, const ValueRules& rules,
                  std::string_view where) {
  bool right = true;
  const auto report = [&](std::string_view what, std::string_view name) {
    service.violations.add(std::string(what) + std::string(where) + std::string(name));
    right = false;
  };
  for (const auto& member : object) {
    const ValueRule* rule = find_rule(rules, member.key());
    if (rule == nullptr) {
      report("unknown member ", member.key());
    } else if (!value_fits(*rule, member.value())) {
      report("bad value of the member ", member.key());
    }
  }
  for (const ValueRule& rule : rules) {
    if (rule.required && !object.contains(rule.name)) report("missing member ", rule.name);
  }
  return right;
}

std::variant<json::object, Response> read_body(const Call& call, const ValueRules& rules) {
  auto body = sandbox::parse_json_object(call.request.body);
  if (auto refused = check_json(call, body)) return std::move(*refused);
  if (!check_object(call.service, *body, rules)) return v2_bad_content(call.service);
  return std::move(*body);
}

std::optional<std::int64_t> parse_local_time(std::string_view text) {
  constexpr std::size_t kSize = std::string_view("2026-01-31T12:00:00").size();
  if (text.size() != kSize) return std::nullopt;
  return sandbox::parse_iso_utc(std::string(text) + 'Z');
}

std::string reference_id(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::object* reference = value == nullptr ? nullptr : value->if_object();
  return reference == nullptr ? "" : sandbox::string_member(*reference, "id").value_or("");
}

}  // namespace patchbay::personio_sandbox
