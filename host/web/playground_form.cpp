#include "web/playground_form.h"

#include <algorithm>

#include "base/json.h"
#include "manifest/form_check.h"
#include "manifest/input_schema.h"
#include "manifest/reader.h"

namespace patchbay::web {
namespace {

using Kind = InputField::Kind;

constexpr std::size_t kMaxSchemaBytes = std::size_t{8} << 20U;  // as manifest/reader.cpp
constexpr std::int64_t kLongText = 500;  // characters, from which on a field has several lines
constexpr std::size_t kMostChoices = 500;

// The one type that it has beside null; empty: several or none.
std::string_view type_of(const json::Value& schema) {
  const json::Value type = schema.get("type");
  if (const auto one = type.as_string()) return *one;
  std::string_view found;
  for (std::size_t i = 0; i < type.size(); ++i) {
    const auto name = type.at(i).as_string().value_or("");
    if (name == "null") continue;
    if (!found.empty()) return {};
    found = name;
  }
  return found;
}

std::vector<std::string> choices_of(const json::Value& schema) {
  if (type_of(schema) == "boolean") return {"true", "false"};
  std::vector<std::string> choices;
  const json::Value allowed = schema.get("enum");
  for (std::size_t i = 0; i < allowed.size(); ++i) choices.push_back(allowed.at(i).dump());
  if (choices.size() > kMostChoices) choices.clear();
  return choices;
}

Kind kind_of(const json::Value& schema, bool has_choices) {
  if (has_choices) return Kind::kChoice;
  const std::string_view type = type_of(schema);
  if (type == "integer" || type == "number") return Kind::kNumber;
  if (type == "array" && type_of(schema.get("items")) == "string") return Kind::kLines;
  if (type != "string") return Kind::kJson;
  if (schema.get("format").as_string() == "date") return Kind::kDate;
  return schema.get("maxLength").integer_or(0) >= kLongText ? Kind::kLongText : Kind::kText;
}

InputField field_of(const manifest::Action& action, std::string_view name,
                    const json::Value& schema) {
  InputField field;
  field.name = name;
  field.help = schema.get("description").string_or("");
  field.example = schema.get("examples").at(0).string_or("");
  field.required = action.input->requires_property(name);
  field.choices = choices_of(schema);
  field.kind = kind_of(schema, !field.choices.empty());
  return field;
}

// As forms send texts: lines end with CR LF.
std::string with_plain_line_ends(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c != '\r') out += c;
  }
  return out;
}

void write_lines(json::Writer& out, std::string_view text) {
  out.begin_array();
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (const auto line = manifest::trim(text.substr(0, end)); !line.empty()) out.string(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  out.end_array();
}

// The text id of what is wrong; empty: it was written.
std::string_view write_json(json::Writer& out, const InputField& field, std::string_view text) {
  const auto document = json::Document::parse(text, {.max_bytes = text.size()});
  if (field.kind == Kind::kNumber) {
    if (!document || !document->root().is_number()) return "playground.not_a_number";
  } else if (!document) {
    return "playground.not_json";
  }
  out.key(field.name).value(document->root());
  return {};
}

std::string_view write_value(json::Writer& out, const InputField& field, std::string_view text) {
  switch (field.kind) {
    case Kind::kText:
    case Kind::kLongText:
    case Kind::kDate:
      out.member(field.name, text);
      return {};
    case Kind::kChoice:
      if (std::ranges::find(field.choices, text) == field.choices.end())
        return "playground.not_a_choice";
      out.key(field.name).raw(text);
      return {};
    case Kind::kLines:
      write_lines(out.key(field.name), text);
      return {};
    case Kind::kNumber:
    case Kind::kJson:
      return write_json(out, field, manifest::trim(text));
  }
  return {};
}

}  // namespace

std::vector<InputField> input_fields(const manifest::Action& action) {
  std::vector<InputField> fields;
  const auto document = json::Document::parse(action.input_schema, {.max_bytes = kMaxSchemaBytes});
  if (!document) return fields;
  const bool paged = action.pagination.kind != manifest::PaginationKind::kNone;
  const json::Value properties = document->root().get("properties");
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const auto [name, schema] = properties.member(i);
    if (paged && name == manifest::kCursorInput) continue;
    fields.push_back(field_of(action, name, schema));
  }
  return fields;
}

EnteredInput entered_input(const std::vector<InputField>& fields, const net::Params& form) {
  EnteredInput entered;
  for (const auto& field : fields) {
    const auto text = form.get(std::string(kInputPrefix) + field.name);
    if (text && !manifest::trim(*text).empty())
      entered.insert_or_assign(field.name, with_plain_line_ends(*text));
  }
  return entered;
}

InputJson input_json(const std::vector<InputField>& fields, const EnteredInput& entered) {
  InputJson made;
  json::Writer out;
  out.begin_object();
  for (const auto& field : fields) {
    const auto found = entered.find(field.name);
    if (found == entered.end()) {
      if (field.required) made.mistakes.push_back({field.name, "playground.needed"});
      continue;
    }
    if (const auto mistake = write_value(out, field, found->second); !mistake.empty())
      made.mistakes.push_back({field.name, mistake});
  }
  made.text = out.end_object().take();
  return made;
}

}  // namespace patchbay::web
