#include "web/form_view.h"

#include <algorithm>

#include "web/manifest_text.h"

namespace patchbay::web {
namespace {

using manifest::Field;
using manifest::FieldFormat;
using manifest::FieldProblem;
using manifest::FieldType;

std::string_view format_name(FieldFormat format) {
  switch (format) {
    case FieldFormat::kNone:
      return "";
    case FieldFormat::kEmail:
      return "email";
    case FieldFormat::kHttpsUrl:
      return "https_url";
    case FieldFormat::kUuid:
      return "uuid";
    case FieldFormat::kDate:
      return "date";
    case FieldFormat::kHostLabel:
      return "host_label";
  }
  return "";
}

// For the keyboard of a phone; nothing here checks anything.
std::string_view input_mode(FieldFormat format) {
  if (format == FieldFormat::kEmail) return "email";
  if (format == FieldFormat::kHttpsUrl) return "url";
  return "";
}

std::vector<View> messages_at(const manifest::Manifest& manifest, const Language& language,
                              const std::vector<connector::FlowMessage>& messages,
                              std::string_view field_id) {
  std::vector<View> found;
  for (const auto& message : messages) {
    if (message.field_id != field_id) continue;
    found.push_back(View().html("message_html", message_html(manifest, language, message)));
  }
  return found;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string all;
  for (const auto& word : words) {
    if (!all.empty()) all += between;
    all += word;
  }
  return all;
}

// Of our own texts, for what the manifest has no words for.
std::string_view problem_id(FieldProblem::Kind kind) {
  switch (kind) {
    case FieldProblem::Kind::kRequired:
      return "field.required";
    case FieldProblem::Kind::kTooLong:
      return "field.too_long";
    case FieldProblem::Kind::kNotAnOption:
      return "field.not_an_option";
    case FieldProblem::Kind::kControlCharacter:
      return "field.control_character";
    case FieldProblem::Kind::kPattern:
    case FieldProblem::Kind::kUnknownField:
      break;
  }
  return "field.wrong_shape";
}

}  // namespace

std::string problem_text(const manifest::Manifest& manifest, const Field& field,
                         const FieldProblem& problem, const Language& language) {
  if (!problem.text.empty()) return plain(manifest, language, problem.text);
  return language.text(problem_id(problem.kind),
                       {{"field", plain(manifest, language, field.label)}});
}

SafeHtml problem_html(const manifest::Manifest& manifest, const Field& field,
                      const FieldProblem& problem, const Language& language) {
  if (!problem.text.empty()) return rich(manifest, language, problem.text);
  return language.rich(problem_id(problem.kind),
                       {{"field", plain(manifest, language, field.label)}});
}

View form_view(const manifest::Manifest& manifest, const std::vector<Field>& fields,
               const FormState& state, const Language& language) {
  std::vector<View> views;
  bool has_secrets = false;
  for (const Field& field : fields) {
    const bool secret = field.secret || field.type == FieldType::kPassword;
    has_secrets = has_secrets || secret;
    std::vector<View> errors;
    for (const auto& problem : state.problems) {
      if (problem.field != field.id) continue;
      errors.push_back(
          View().html("message_html", problem_html(manifest, field, problem, language)));
    }
    for (View& error : messages_at(manifest, language, state.errors, field.id)) {
      errors.push_back(std::move(error));
    }
    auto notices = messages_at(manifest, language, state.notices, field.id);

    std::string value;
    if (!secret) {
      const auto typed = state.values.find(field.id);
      value = typed != state.values.end() ? typed->second : field.default_value.value_or("");
    }
    std::vector<View> options;
    options.reserve(field.options.size());
    for (const auto& option : field.options) {
      options.push_back(View()
                            .text("value", option.value)
                            .text("label", plain(manifest, language, option.label))
                            .flag("selected", option.value == value));
    }
    const std::string id = "field-" + field.id;
    std::vector<std::string> described;
    if (!errors.empty()) described.push_back(id + "-error");
    if (!notices.empty()) described.push_back(id + "-notice");
    if (!field.description.empty()) described.push_back(id + "-description");

    const bool conditional = field.visible_when.has_value();
    View view;
    view.text("id", id)
        .text("name", std::string(kFieldPrefix) + field.id)
        .text("label", plain(manifest, language, field.label))
        .text("placeholder", plain(manifest, language, field.placeholder))
        .html("description_html", rich(manifest, language, field.description))
        .html("tooltip_html", rich(manifest, language, field.tooltip))
        .flag("is_select", field.type == FieldType::kSelect)
        .flag("is_area", field.type == FieldType::kTextArea)
        .flag("is_input", field.type == FieldType::kText || field.type == FieldType::kPassword)
        .text("input_type", secret                               ? "password"
                            : field.format == FieldFormat::kDate ? "date"
                                                                 : "text")
        .text("input_mode", input_mode(field.format))
        .flag("secret", secret)
        .flag("optional", !field.required)
        // Without JavaScript a field that may be hidden is always there, so it can't be demanded.
        .flag("required", field.required && !conditional)
        .flag("required_when_visible", field.required)
        .text("value", value)
        .text("pattern", field.pattern)
        .text("format", format_name(field.format))
        .text("wrong_shape",
              field.pattern_error.empty()
                  ? language.text("field.wrong_shape",
                                  {{"field", plain(manifest, language, field.label)}})
                  : plain(manifest, language, field.pattern_error))
        .list("options", std::move(options))
        .flag("conditional", conditional)
        .text("depends_on", conditional ? field.visible_when->field : "")
        .text("depends_values", conditional ? joined(field.visible_when->values, "\n") : "")
        .flag("has_errors", !errors.empty())
        .list("errors", std::move(errors))
        .flag("has_notices", !notices.empty())
        .list("notices", std::move(notices))
        .text("described_by", joined(described, " "));
    views.push_back(std::move(view));
  }
  View form;
  form.flag("has_fields", !views.empty())
      .flag("retype_secrets", state.secrets_retyped && has_secrets)
      .list("fields", std::move(views));
  return form;
}

std::vector<connector::NamedSecret> take_fields(net::Params& form) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const std::string_view name = form.at(i).first;
    if (name.starts_with(kFieldPrefix)) names.emplace_back(name);
  }
  std::vector<connector::NamedSecret> fields;
  for (const auto& name : names) {
    const std::string id = name.substr(kFieldPrefix.size());
    if (std::ranges::find(fields, id, &connector::NamedSecret::name) != fields.end()) continue;
    fields.push_back({id, form.take_secret(name)});
  }
  return fields;
}

}  // namespace patchbay::web
