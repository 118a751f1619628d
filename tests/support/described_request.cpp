#include "support/described_request.h"

#include <algorithm>
#include <stdexcept>

#include "base/encoding.h"

namespace patchbay::test {
namespace {

using Operation = ApiDescription::Operation;
using Place = Slot::Place;

Place place_of(const json::Value& parameter) {
  const auto in = parameter.get("in").string_or("");
  if (in == "path") return Place::kPath;
  if (in == "query") return Place::kQuery;
  if (in == "header") return Place::kHeader;
  throw std::runtime_error("a parameter in \"" + in + "\"");
}

json::Value body_of(const ApiDescription& description, const Operation& operation) {
  return description.resolved(operation.value.get("requestBody"))
      .get("content")
      .get("application/json");
}

void add_once(std::vector<Slot>& slots, std::string pointer) {
  const auto is_same = [&pointer](const Slot& slot) {
    return slot.place == Place::kBody && slot.name == pointer;
  };
  if (std::ranges::none_of(slots, is_same)) slots.push_back({Place::kBody, std::move(pointer)});
}

void add_described(const ApiDescription& description, const json::Value& reference,
                   const std::string& pointer, std::vector<Slot>& slots) {
  const auto schema = description.resolved(reference);
  if (!pointer.empty()) add_once(slots, pointer);
  const auto properties = schema.get("properties");
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const auto [name, property] = properties.member(i);
    add_described(description, property, pointer + "/" + std::string(name), slots);
  }
  const auto choices = schema.get("anyOf");
  for (std::size_t i = 0; i < choices.size(); ++i)
    add_described(description, choices.at(i), pointer, slots);
}

void add_exemplified(const json::Value& example, const std::string& pointer,
                     std::vector<Slot>& slots) {
  if (!pointer.empty()) add_once(slots, pointer);
  if (!example.is_object()) return;
  for (std::size_t i = 0; i < example.size(); ++i) {
    const auto [name, value] = example.member(i);
    add_exemplified(value, pointer + "/" + std::string(name), slots);
  }
}

// The value with the text at the pointer; what is missing on the way is made.
void write_with(json::Writer& out, const json::Value& value, std::string_view pointer,
                std::string_view text) {
  if (pointer.empty()) {
    if (value.is_array())
      out.begin_array().string(text).end_array();
    else
      out.string(text);
    return;
  }
  pointer.remove_prefix(1);
  const auto step = pointer.substr(0, pointer.find('/'));
  pointer.remove_prefix(step.size());
  out.begin_object();
  for (std::size_t i = 0; value.is_object() && i < value.size(); ++i) {
    const auto [name, member] = value.member(i);
    if (name != step) out.key(name).value(member);
  }
  out.key(step);
  write_with(out, value.get(step), pointer, text);
  out.end_object();
}

std::string example_text(const json::Value& example) {
  if (!example.is_array()) return example.string_or(example.dump());
  std::string all;
  for (std::size_t i = 0; i < example.size(); ++i)
    all += (i == 0 ? "" : ",") + example_text(example.at(i));
  return all;
}

// The text for a parameter; nothing when it is left out.
std::optional<std::string> text_for(const json::Value& parameter, const Filled* filled,
                                    Examples examples) {
  if (filled != nullptr && filled->slot.place == place_of(parameter) &&
      filled->slot.name == parameter.get("name").string_or(""))
    return filled->text;
  const bool wanted = examples == Examples::kAll || parameter.get("required").bool_or(false);
  if (!wanted || !parameter.get("example").exists()) return std::nullopt;
  return example_text(parameter.get("example"));
}

bool is_required(const json::Value& schema, std::string_view member) {
  const auto required = schema.get("required");
  for (std::size_t i = 0; i < required.size(); ++i)
    if (required.at(i).as_string() == member) return true;
  return false;
}

json::Document example_body(const json::Value& content, Examples examples) {
  const auto example = content.get("example");
  json::Writer out;
  if (examples == Examples::kAll || !example.is_object()) {
    out.value(example);
  } else {
    out.begin_object();
    for (std::size_t i = 0; i < example.size(); ++i) {
      const auto [name, value] = example.member(i);
      if (is_required(content.get("schema"), name)) out.key(name).value(value);
    }
    out.end_object();
  }
  auto body = json::Document::parse(out.take());
  if (!body) throw std::runtime_error(body.error().message);
  return *std::move(body);
}

void put_into_path(std::string& path, const std::string& name, const std::string& text) {
  const std::string place = "{" + name + "}";
  path.replace(path.find(place), place.size(), percent_encode(text));
}

}  // namespace

std::vector<Slot> slots_of(const ApiDescription& description, const Operation& operation) {
  std::vector<Slot> slots;
  slots.reserve(operation.parameters.size());
  for (const auto& parameter : operation.parameters)
    slots.push_back({place_of(parameter), parameter.get("name").string_or("")});
  const auto body = body_of(description, operation);
  add_described(description, body.get("schema"), "", slots);
  add_exemplified(body.get("example"), "", slots);
  return slots;
}

net::Request example_request(const ApiDescription& description, const Operation& operation,
                             const Filled* filled, Examples examples) {
  net::Request request;
  request.method = operation.method;
  request.target = operation.path;
  std::string query;
  for (const auto& parameter : operation.parameters) {
    const auto text = text_for(parameter, filled, examples);
    if (!text) continue;
    const auto name = parameter.get("name").string_or("");
    if (place_of(parameter) == Place::kPath)
      put_into_path(request.target, name, *text);
    else if (place_of(parameter) == Place::kQuery)
      query += (query.empty() ? "?" : "&") + percent_encode(name) + "=" + percent_encode(*text);
    else
      request.headers.set(name, *text);
  }
  request.target += query;
  if (!net::decode_target(request.target, request))
    throw std::runtime_error("no request target: " + request.target);
  const auto content = body_of(description, operation);
  if (!content.exists()) return request;
  request.headers.set("Content-Type", "application/json");
  const auto example = example_body(content, examples);
  const bool in_body = filled != nullptr && filled->slot.place == Place::kBody;
  json::Writer out;
  if (in_body)
    write_with(out, example.root(), filled->slot.name, filled->text);
  else
    out.value(example.root());
  request.body = SecretString(out.take());
  return request;
}

bool needs_session(const Operation& operation) {
  return operation.value.get("security").at(0).get("session").exists();
}

}  // namespace patchbay::test
