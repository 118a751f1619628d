#include "actions/value_text.h"

#include <algorithm>

namespace patchbay::actions {
namespace {

Error not_text(const manifest::Parameter& parameter) {
  return make_error(ErrorCode::kInvalidArgument,
                    "\"" + parameter.input +
                        "\" can't be sent: only text, numbers, booleans and lists of them can "
                        "stand in this place of the request.",
                    "/" + parameter.input);
}

}  // namespace

std::optional<std::string> scalar_text(const json::Value& value) {
  if (const auto text = value.as_string()) return std::string(*text);
  if (value.is_number() || value.is_bool()) return value.dump();
  return std::nullopt;
}

Result<> append_parameter(const manifest::Parameter& parameter, const json::Value& input,
                          std::string (*encode)(std::string_view), NamedTexts& out) {
  const std::string name = encode(parameter.name);
  if (parameter.input.empty()) {
    out.emplace_back(name, encode(parameter.constant));
    return {};
  }
  const json::Value value = input.get(parameter.input);
  if (!value.exists() || value.is_null()) return {};
  if (!value.is_array()) {
    const auto text = scalar_text(value);
    if (!text) return not_text(parameter);
    out.emplace_back(name, encode(*text));
    return {};
  }
  std::string list;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto text = scalar_text(value.at(i));
    if (!text) return not_text(parameter);
    switch (parameter.style) {
      case manifest::ArrayStyle::kRepeat:
        out.emplace_back(name, encode(*text));
        break;
      case manifest::ArrayStyle::kBrackets:
        out.emplace_back(encode(parameter.name + "[]"), encode(*text));
        break;
      case manifest::ArrayStyle::kComma:
        list += (i == 0 ? "" : ",") + encode(*text);
        break;
    }
  }
  if (parameter.style == manifest::ArrayStyle::kComma && value.size() > 0)
    out.emplace_back(name, std::move(list));
  return {};
}

// Recursion is bounded by the depth that Document::parse allows.
std::string canonical_json(const json::Value& value, std::span<const std::string_view> without) {
  if (value.is_object()) {
    NamedTexts members;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto [name, member] = value.member(i);
      if (std::find(without.begin(), without.end(), name) != without.end()) continue;
      json::Writer key;
      members.emplace_back(key.string(name).take(), canonical_json(member));
    }
    std::sort(members.begin(), members.end());
    std::string out = "{";
    for (const auto& [name, member] : members)
      out.append(out.size() > 1 ? "," : "").append(name).append(":").append(member);
    return out + "}";
  }
  if (value.is_array()) {
    std::string out = "[";
    for (std::size_t i = 0; i < value.size(); ++i)
      out.append(i > 0 ? "," : "").append(canonical_json(value.at(i)));
    return out + "]";
  }
  return value.dump();
}

}  // namespace patchbay::actions
