#pragma once

#include <string>
#include <vector>

#include "manifest/permission.h"
#include "manifest/texts.h"

namespace patchbay::manifest {

struct Link {
  TextId label;
  std::string url;  // https only
};

// A numbered step of a section. Texts may hold inline markup (see rich_text.h).
struct GuideStep {
  TextId title;
  TextId text;               // empty: none
  std::vector<TextId> list;  // bullet points
  std::vector<Link> links;
  // Show the step only if one of these is needed by what the product does; empty: always.
  std::vector<PermissionRef> applicable_scopes;
  // In this step, print those of these that the product needs (what to tick).
  std::vector<PermissionRef> display_scopes;
};

struct GuideSection {
  TextId title;
  TextId text;
  std::vector<TextId> list;
  std::vector<GuideStep> steps;
  std::vector<Link> links;
  std::vector<PermissionRef> applicable_scopes;
  std::vector<PermissionRef> display_scopes;
  // Show the section only if what the product does needs one of these optional fields of the form
  // (AuthMethod::optional_fields); empty: always.
  std::vector<std::string> applicable_fields;
  bool hide_when_white_labelled = false;  // "white_label": "hide": speaks about the hub itself
};

// What stands beside a form and tells a person how to get the values.
struct Guide {
  TextId warning;  // shown first and set apart; empty: none
  std::vector<GuideSection> sections;
  [[nodiscard]] bool empty() const { return warning.empty() && sections.empty(); }
};

}  // namespace patchbay::manifest
