#pragma once
// Why a link did not come about, in words for the person who connects. The pages set them out
// (connect_view.h); where there is room for one text only, failure_text() says it all.
#include <string>
#include <string_view>

#include "accounts/linker.h"
#include "manifest/manifest.h"
#include "web/language.h"

namespace patchbay::web {

// Own words for a kind of failure, as far as we have some; the general ones otherwise. `part` is
// title or advice.
std::string failure_words(const Language& language, std::string_view part, ErrorCode code,
                          const manifest::TextArguments& arguments);

// What the words above may name.
manifest::TextArguments failure_arguments(const manifest::Manifest& manifest, const Error& error,
                                          const Language& language);

// The form's problems, each behind its field's label; else the connector's own words; else ours.
std::string failure_text(const manifest::Manifest& manifest, const manifest::AuthMethod& method,
                         const accounts::LinkOutcome& outcome, const Language& language);

}  // namespace patchbay::web
