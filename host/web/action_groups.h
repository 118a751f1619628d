#pragma once
// A manifest's actions the way people look for them: by the provider's modules. Pure functions; the
// pointers are into the manifest.
#include <string>
#include <string_view>
#include <vector>

#include "manifest/manifest.h"
#include "web/language.h"

namespace patchbay::web {

struct ActionGroup {
  std::string title;
  std::vector<const manifest::Action*> actions;
};

// In the manifest's order of modules; what needs no permission comes last.
std::vector<ActionGroup> grouped_actions(const manifest::Manifest& manifest,
                                         const std::vector<const manifest::Action*>& actions,
                                         const Language& language);

// "reads", "writes" or "destroys": the most an action does.
std::string_view kind_of(const manifest::Action& action);

}  // namespace patchbay::web
