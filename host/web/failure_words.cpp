#include "web/failure_words.h"

#include "web/form_view.h"
#include "web/manifest_text.h"
#include "web/permission_view.h"

namespace patchbay::web {
namespace {

std::string at_field(const manifest::Manifest& manifest, const manifest::AuthMethod& method,
                     const Language& language, std::string_view field_id, std::string text) {
  const auto* field = method.find_field(field_id);
  return field == nullptr ? text : plain(manifest, language, field->label) + ": " + text;
}

std::string form_problems(const manifest::Manifest& manifest, const manifest::AuthMethod& method,
                          const std::vector<manifest::FieldProblem>& problems,
                          const Language& language) {
  std::string all;
  for (const auto& problem : problems) {
    if (!all.empty()) all += ' ';
    const auto* field = method.find_field(problem.field);
    all += field != nullptr ? at_field(manifest, method, language, problem.field,
                                       problem_text(manifest, *field, problem, language))
                            : language.text("failure.unknown_field", {{"field", problem.field}});
  }
  return all;
}

}  // namespace

std::string failure_words(const Language& language, std::string_view part, ErrorCode code,
                          const manifest::TextArguments& arguments) {
  std::string id = "failure.";
  id += to_string(code);
  id += '.';
  id += part;
  if (!own_texts().has(id)) id = "failure.other." + std::string(part);
  return language.text(id, arguments);
}

manifest::TextArguments failure_arguments(const manifest::Manifest& manifest, const Error& error,
                                          const Language& language) {
  const auto permission = manifest::PermissionRef::parse(error.permission);
  return {{"provider", provider_name(manifest, language)},
          {"permission",
           permission ? permission_label(manifest, language, *permission) : std::string()},
          {"seconds", std::to_string((error.retry_after_ms + 999) / 1000)}};
}

std::string failure_text(const manifest::Manifest& manifest, const manifest::AuthMethod& method,
                         const accounts::LinkOutcome& outcome, const Language& language) {
  if (!outcome.field_problems.empty())
    return form_problems(manifest, method, outcome.field_problems, language);
  const auto& message = outcome.message;
  if (!message.id.empty() || !message.fallback.empty())
    return at_field(manifest, method, language, message.field_id,
                    message_text(manifest, language, message));
  const auto arguments = failure_arguments(manifest, outcome.error, language);
  return failure_words(language, "title", outcome.error.code, arguments) + ". " +
         failure_words(language, "advice", outcome.error.code, arguments);
}

}  // namespace patchbay::web
