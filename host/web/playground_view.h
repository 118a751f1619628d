#pragma once
// The pages on which an operator tries an account's actions: the list, and one action's form.
// Pure functions.
#include <vector>

#include "actions/catalogue.h"
#include "api/errors.h"
#include "web/language.h"
#include "web/playground_form.h"
#include "web/view.h"

namespace patchbay::web {

// `wanted`: what the search box holds; actions that do not fit are left out.
View action_list_view(const actions::Catalogue& catalogue, std::string_view wanted,
                      const Language& language);

View action_view(const actions::Catalogue& catalogue, const manifest::Action& action,
                 const Language& language);

// What is wrong with an input, in words.
struct FieldFault {
  std::string property;
  std::string text;
};
std::vector<FieldFault> faults_of(const std::vector<InputMistake>& mistakes,
                                  const Language& language);
// By the inputs that they are about; those about the whole are left out.
std::vector<FieldFault> faults_of(const manifest::Problems& problems, const Language& language);

std::vector<View> field_views(const std::vector<InputField>& fields, const EnteredInput& entered,
                              const std::vector<FieldFault>& faults, const Language& language);

// What was entered, for forms that send it once more.
std::vector<View> hidden_inputs(const EnteredInput& entered);

}  // namespace patchbay::web
