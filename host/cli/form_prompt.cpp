#include "cli/form_prompt.h"

#include <map>

#include "cli/terminal.h"

namespace patchbay::cli {

Result<accounts::FormInput> read_form(const manifest::Manifest& manifest,
                                      const std::vector<manifest::Field>& fields,
                                      const std::vector<std::string>& given) {
  std::map<std::string, std::string> values;
  for (const auto& pair : given) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos)
      return make_error(ErrorCode::kInvalidArgument, "--field takes id=value, not " + pair);
    values[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  accounts::FormInput form;
  for (const auto& field : fields) {
    const auto label = manifest.texts.plain("en", field.label);
    const auto found = values.find(field.id);
    if (field.secret) {
      if (found != values.end())
        return make_error(ErrorCode::kInvalidArgument,
                          field.id +
                              " is a secret: it is asked for, or read from standard input, "
                              "because other users can see command lines");
      // One that may stay empty may also be where the input ends.
      auto secret = ask_secret(field.required ? label : label + " (optional)");
      if (!secret && field.required) return secret.error();
      if (secret && (field.required || !secret->empty()))
        form.secrets.push_back({field.id, *std::move(secret)});
    } else if (found != values.end()) {
      form.values.push_back({field.id, found->second});
      values.erase(found);
    } else if (field.required) {
      PATCHBAY_TRY_ASSIGN(auto value, ask(label));
      form.values.push_back({field.id, std::move(value)});
    }
  }
  if (!values.empty())
    return make_error(ErrorCode::kInvalidArgument,
                      "the form has no field " + values.begin()->first);
  return form;
}

std::string text_of(const manifest::Manifest& manifest, const connector::FlowMessage& message) {
  if (!manifest.texts.has(message.id)) return message.fallback;
  manifest::TextArguments arguments;
  for (const auto& argument : message.args) arguments.emplace_back(argument.name, argument.value);
  return manifest.texts.plain("en", message.id, arguments);
}

std::string describe(const manifest::FieldProblem& problem, const manifest::Manifest& manifest) {
  if (!problem.text.empty()) return manifest.texts.plain("en", problem.text);
  using Kind = manifest::FieldProblem::Kind;
  switch (problem.kind) {
    case Kind::kRequired:
      return "has to be filled in";
    case Kind::kTooLong:
      return "is too long";
    case Kind::kNotAnOption:
      return "is not one of the choices";
    case Kind::kControlCharacter:
      return "holds a control character";
    case Kind::kUnknownField:
      return "is not a field of this form";
    case Kind::kPattern:
      break;
  }
  return "does not have the right shape";
}

}  // namespace patchbay::cli
