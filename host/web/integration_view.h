#pragma once
// Integrations as table rows and as a page: what applications may do through one, and what its
// operator sets up. Nothing here has seen a setup secret.
#include <optional>
#include <string>
#include <vector>

#include "connector/registry.h"
#include "store/integrations_table.h"
#include "web/form_view.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

struct IntegrationRow {
  const store::Integration& integration;
  connector::ConnectorPtr connector;  // null while it is missing
};
View integration_view(const IntegrationRow& row, const Language& language);

// Which actions are ticked; nullopt: all that only read, whatever a later version adds.
using ChosenActions = std::optional<std::vector<std::string>>;
ChosenActions chosen_actions(const store::Integration& integration);

// The actions to tick, by what has to be granted at the provider for them, and requests of one's
// own below. `modes`: all reads, or these.
View action_choices(const manifest::Manifest& manifest, const ChosenActions& chosen,
                    const Language& language);

// What to grant at the provider for the actions that are ticked.
std::vector<View> boxes_to_tick(const manifest::Manifest& manifest, const ChosenActions& chosen,
                                const Language& language);

// What has to be filled in for them in the connect form that may be left empty; "": nothing.
std::string fields_to_fill(const manifest::Manifest& manifest,
                           const store::Integration& integration, const Language& language);

// The operator's fields with their guide, and the environments.
View setup_view(const manifest::Manifest& manifest, const store::Integration& integration,
                const FormState& form, const Language& language);

}  // namespace patchbay::web
