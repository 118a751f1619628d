#include "api/json_body.h"

#include <algorithm>

#include "api/nearest_name.h"
#include "base/secret.h"

namespace patchbay::api {
namespace {

std::string listed(const std::vector<std::string_view>& choices) {
  std::string out;
  for (const auto choice : choices) out.append(out.empty() ? "" : ", ").append(choice);
  return out;
}

constexpr std::size_t kMostUnknown = 10;
constexpr std::size_t kLongestUnknown = 64;

// As a token of a JSON pointer (RFC 6901), and short enough to be repeated.
std::string token_of(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, kLongestUnknown)) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

bool is_choice(const std::vector<std::string_view>& choices, std::string_view text) {
  return std::find(choices.begin(), choices.end(), text) != choices.end();
}

}  // namespace

Result<JsonBody> JsonBody::read(const net::Request& request, std::size_t max_bytes) {
  const std::string type = request.content_type();
  if (type != "application/json")
    return make_error(ErrorCode::kInvalidArgument,
                      "The body must be JSON, with the content type application/json.");
  auto document = json::Document::parse(request.body.reveal(), {.max_bytes = max_bytes});
  if (!document) {
    Error error = std::move(document).error();
    error.message = "The body can't be read: " + error.message + ".";
    return error;
  }
  if (!document->root().is_object())
    return make_error(ErrorCode::kInvalidArgument, "The body must be a JSON object.");
  return JsonBody(*std::move(document));
}

json::Value JsonBody::member(std::string_view name) {
  take(name);
  const json::Value value = root().get(name);
  return value.is_null() ? json::Value() : value;
}

void JsonBody::wrong(std::string_view name, std::string message) {
  problems_.push_back({"body", "/" + std::string(name), std::move(message)});
}

std::string JsonBody::required_text(std::string_view name, std::size_t max_bytes) {
  const std::size_t before = problems_.size();
  std::string value = text(name, max_bytes);
  if (value.empty() && problems_.size() == before) wrong(name, "must be given and not be empty");
  return value;
}

std::string JsonBody::text(std::string_view name, std::size_t max_bytes) {
  const json::Value value = member(name);
  if (!value.exists()) return {};
  const auto found = value.as_string();
  if (!found) {
    wrong(name, "must be text");
    return {};
  }
  if (found->size() > max_bytes) {
    wrong(name, "must have at most " + std::to_string(max_bytes) + " bytes");
    return {};
  }
  return std::string(*found);
}

bool JsonBody::flag(std::string_view name, bool otherwise) {
  const json::Value value = member(name);
  if (!value.exists()) return otherwise;
  if (!value.is_bool()) wrong(name, "must be true or false");
  return value.bool_or(otherwise);
}

std::int64_t JsonBody::integer(std::string_view name, std::int64_t otherwise, std::int64_t least,
                               std::int64_t most) {
  const json::Value value = member(name);
  if (!value.exists()) return otherwise;
  const auto found = value.as_integer();
  if (!found || *found < least || *found > most) {
    wrong(name,
          "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return otherwise;
  }
  return *found;
}

std::string JsonBody::choice(std::string_view name, const std::vector<std::string_view>& choices) {
  const json::Value value = member(name);
  if (!value.exists()) return std::string(choices.front());
  const auto found = value.as_string();
  if (!found || !is_choice(choices, *found)) {
    wrong(name, "must be one of: " + listed(choices));
    return std::string(choices.front());
  }
  return std::string(*found);
}

json::Value JsonBody::object(std::string_view name, std::size_t max_bytes) {
  const json::Value value = member(name);
  if (!value.exists()) return {};
  if (!value.is_object()) {
    wrong(name, "must be an object");
    return {};
  }
  std::string text = value.dump();
  const bool too_large = text.size() > max_bytes;
  wipe(text.data(), text.size());  // credentials come this way
  if (too_large) {
    wrong(name, "must have at most " + std::to_string(max_bytes) + " bytes");
    return {};
  }
  return value;
}

template <class Accept>
std::vector<std::string> JsonBody::list(std::string_view name, const std::string& rule,
                                        Accept accept) {
  const json::Value value = member(name);
  std::vector<std::string> all;
  if (!value.exists()) return all;
  if (!value.is_array()) {
    wrong(name, "must be a list");
    return all;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto found = value.at(i).as_string();
    if (!found || !accept(*found, all.size())) {
      wrong(name, rule);
      return {};
    }
    if (std::find(all.begin(), all.end(), *found) == all.end()) all.emplace_back(*found);
  }
  return all;
}

std::vector<std::string> JsonBody::texts(std::string_view name,
                                         const std::vector<std::string_view>& choices) {
  return list(name, "may hold only: " + listed(choices),
              [&](std::string_view text, std::size_t) { return is_choice(choices, text); });
}

std::vector<std::string> JsonBody::any_texts(std::string_view name, std::size_t most) {
  return list(name, "may hold at most " + std::to_string(most) + " texts of at most 256 bytes",
              [most](std::string_view text, std::size_t before) {
                return text.size() <= 256 && before < most;
              });
}

void JsonBody::add_unknown(manifest::Problems& problems) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < root().size() && found < kMostUnknown; ++i) {
    const auto [name, value] = root().member(i);
    if (std::ranges::find(known_, name) != known_.end()) continue;
    ++found;
    const auto nearest = nearest_name(name, known_);
    std::string message = "is unknown here";
    if (!nearest.empty()) message.append("; did you mean \"").append(nearest).append("\"?");
    problems.push_back({"unknown_member", "/" + token_of(name), std::move(message)});
  }
}

std::optional<actions::ActionError> JsonBody::problems() const {
  auto all = problems_;
  add_unknown(all);
  if (all.empty()) return std::nullopt;
  return actions::invalid_input(std::move(all));
}

}  // namespace patchbay::api
