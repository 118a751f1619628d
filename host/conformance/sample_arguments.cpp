#include "conformance/sample_arguments.h"

#include <algorithm>

#include "base/json.h"
#include "manifest/input_schema.h"

namespace patchbay::conformance {
namespace {

// The schema's depth is bounded (InputSchema::kMaxDepth).
void write_sample(json::Writer& out, const json::Value& schema);

std::string sample_text(const json::Value& schema) {
  const auto format = schema.get("format").string_or("");
  std::string text = format == "date"    ? "2026-01-31"
                     : format == "email" ? "person@example.com"
                     : format == "uuid"  ? "123e4567-e89b-12d3-a456-426614174000"
                                         : "example";
  const auto longest = schema.get("maxLength").integer_or(1'000'000);
  if (longest < static_cast<std::int64_t>(text.size()))
    text.resize(static_cast<std::size_t>(std::max<std::int64_t>(longest, 0)));
  const auto shortest = std::min<std::int64_t>(schema.get("minLength").integer_or(0), 4096);
  if (static_cast<std::int64_t>(text.size()) < shortest)
    text.resize(static_cast<std::size_t>(shortest), 'x');
  return text;
}

void write_object(json::Writer& out, const json::Value& schema) {
  const auto required = schema.get("required");
  out.begin_object();
  for (std::size_t i = 0; i < required.size(); ++i) {
    const auto name = required.at(i).string_or("");
    write_sample(out.key(name), schema.get("properties").get(name));
  }
  out.end_object();
}

void write_array(json::Writer& out, const json::Value& schema) {
  const auto count = std::min<std::int64_t>(schema.get("minItems").integer_or(0), 64);
  out.begin_array();
  for (std::int64_t i = 0; i < count; ++i) write_sample(out, schema.get("items"));
  out.end_array();
}

void write_sample(json::Writer& out, const json::Value& schema) {
  if (const auto choices = schema.get("enum"); choices.size() > 0) {
    out.value(choices.at(0));
    return;
  }
  if (const auto choices = schema.get("anyOf"); choices.size() > 0) {
    write_sample(out, choices.at(0));
    return;
  }
  const auto types = schema.get("type");
  const auto type = (types.is_array() ? types.at(0) : types).string_or("string");
  if (type == "object") {
    write_object(out, schema);
  } else if (type == "array") {
    write_array(out, schema);
  } else if (type == "integer" || type == "number") {
    const auto least = schema.get("minimum");
    least.is_number() ? out.value(least) : out.integer(1);
  } else if (type == "boolean") {
    out.boolean(true);
  } else if (type == "null") {
    out.null();
  } else {
    out.string(sample_text(schema));
  }
}

}  // namespace

std::string sample_arguments(const manifest::Action& action) {
  const auto schema = json::Document::parse(action.input_schema);
  if (!schema) return "{}";
  json::Writer out;
  write_object(out, schema->root());
  std::string text = out.take();
  const auto arguments = json::Document::parse(text);
  return arguments && action.input->check(arguments->root()).empty() ? text : "{}";
}

}  // namespace patchbay::conformance
