#pragma once
// Accounts as StackOne's API lists them (GET /accounts): an array, or one under "data". It tells
// whose they are and never their credentials, so that people connect once more, each by a link.
//
//   [{"id": "…", "provider": "…", "origin_owner_id": "…", "origin_owner_name": "…",
//     "origin_username": …, "label": …, "metadata": {…}, "setup_information": {…}}]
#include <istream>
#include <memory>

#include "moving/source_row.h"

namespace patchbay::moving {

std::unique_ptr<RowSource> open_stackone(std::unique_ptr<std::istream> in);

}  // namespace patchbay::moving
