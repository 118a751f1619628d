#pragma once
// English words for what a connector says by a text's id alone: its manifest has the text.
#include "connector/flow_types.h"
#include "manifest/manifest.h"

namespace patchbay::connector {

// Where a message of `action` has no fallback, it gets the manifest's English text as plain text.
// Arguments of more than 1,000 bytes are not filled in. One that the manifest doesn't know stays
// without words.
void fill_in_words(FlowAction& action, const manifest::Manifest& manifest);

}  // namespace patchbay::connector
