#pragma once
// The guide beside a form, for what this product needs.
#include <vector>

#include "accounts/needed_fields.h"
#include "manifest/manifest.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

struct GuideSetting {
  std::vector<manifest::PermissionRef> needed;  // by what the product does
  accounts::FieldPtrs needed_fields = {};       // likewise, of those that may be left empty
  bool white_label = false;                     // leave out what speaks about the hub
};

// Sections and steps that apply, numbered in the order they are shown.
View guide_view(const manifest::Manifest& manifest, const manifest::Guide& guide,
                const GuideSetting& setting, const Language& language);

}  // namespace patchbay::web
