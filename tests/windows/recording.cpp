#include "recording.h"

#include <charconv>
#include <stdexcept>

#include "connector/flow_names.h"

namespace patchbay::windows {
namespace {

namespace json = boost::json;

std::string text(const json::value& from) {
  return std::string(from.as_string());
}

std::uint32_t number(const json::value& from) {
  return from.to_number<std::uint32_t>();
}

testing::Pairs pairs(const json::value& from) {
  testing::Pairs list;
  for (const json::value& pair : from.as_array()) {
    list.emplace_back(text(pair.at(0)), text(pair.at(1)));
  }
  return list;
}

testing::InputSpec input(const json::value& from) {
  testing::InputSpec spec{.auth_method = text(from.at("auth_method")),
                          .environment = text(from.at("environment")),
                          .fields = pairs(from.at("fields")),
                          .secrets = pairs(from.at("secrets"))};
  for (const json::value& token : from.at("tokens").as_array()) {
    spec.tokens.push_back({.name = text(token.at("name")),
                           .value = text(token.at("value")),
                           .type = text(token.at("type")),
                           .expires_unix_ms = token.at("expires_unix_ms").to_number<std::int64_t>(),
                           .scopes = text(token.at("scopes")),
                           .scopes_known = token.at("scopes_known").as_bool()});
  }
  for (const json::value& id : from.at("needed_permissions").as_array()) {
    spec.needed_permissions.push_back(text(id));
  }
  return spec;
}

testing::Moment moment(const json::value& event) {
  testing::Moment moment{.unix_ms = event.at("unix_ms").to_number<std::int64_t>()};
  const std::string hex = text(event.at("random"));
  if (hex.size() != 2 * moment.random.size()) throw std::runtime_error("random is not 32 bytes");
  for (std::size_t i = 0; i < moment.random.size(); ++i) {
    std::from_chars(&hex[2 * i], &hex[2 * i] + 2, moment.random[i], 16);
  }
  return moment;
}

Recording::Step step(const json::value& from) {
  const json::value& event = from.at("event");
  Recording::Step step;
  step.event = connector::number_of(connector::kEventNames, text(event.at("kind")));
  step.moment = moment(event);
  step.action = from.at("action");
  const json::value* replies = event.as_object().if_contains("replies");
  if (replies == nullptr) return step;
  for (const json::value& reply : replies->as_array()) {
    step.replies.push_back({.status = number(reply.at("status")),
                            .body = text(reply.at("body")),
                            .headers = pairs(reply.at("headers")),
                            .net_error = number(reply.at("net_error")),
                            .flags = number(reply.at("flags"))});
  }
  return step;
}

}  // namespace

Recording read_recording(std::string_view text_of_file) {
  const json::value root = json::parse({text_of_file.data(), text_of_file.size()});
  if (text(root.at("format")) != "patchbay-flow/1") throw std::runtime_error("no recorded flow");
  Recording recording{text(root.at("operation")), input(root.at("input")), {}};
  for (const json::value& item : root.at("steps").as_array()) {
    recording.steps.push_back(step(item));
  }
  return recording;
}

}  // namespace patchbay::windows
