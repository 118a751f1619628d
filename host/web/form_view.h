#pragma once
// A form generated from a manifest's fields. Secret values never come here: a field that is secret
// is always rendered empty.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connector/flow_types.h"
#include "manifest/form_check.h"
#include "manifest/manifest.h"
#include "net/params.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// Inputs are named "field.<id>", so that no manifest can name one of ours.
inline constexpr std::string_view kFieldPrefix = "field.";

struct FormState {
  manifest::FormValues values;  // to be shown; those of secret fields are ignored
  std::vector<manifest::FieldProblem> problems;
  std::vector<connector::FlowMessage> errors;   // the connector's, with a field_id
  std::vector<connector::FlowMessage> notices;  // those with a field_id stand at the field
  bool secrets_retyped = false;                 // say that secrets have to be entered again
};

// `fields`: one view each, see templates/form_field.mustache.
View form_view(const manifest::Manifest& manifest, const std::vector<manifest::Field>& fields,
               const FormState& state, const Language& language);

// Takes the inputs of a generated form out of what was posted, each name once.
std::vector<connector::NamedSecret> take_fields(net::Params& form);

// What is wrong, in words.
std::string problem_text(const manifest::Manifest& manifest, const manifest::Field& field,
                         const manifest::FieldProblem& problem, const Language& language);
SafeHtml problem_html(const manifest::Manifest& manifest, const manifest::Field& field,
                      const manifest::FieldProblem& problem, const Language& language);

}  // namespace patchbay::web
