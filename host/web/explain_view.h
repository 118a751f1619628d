#pragma once
// An explanation for pages. Pure.
#include "explain/explanation.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// For the template "explain".
void put_explanation(View& view, const explain::Explanation& explanation, const Language& language);

// What the template "account" says, above all else, of an active account that does not get new
// tokens as it should; nothing where the page tells of it elsewhere, or it is over in a moment.
void put_trouble(View& view, const explain::Explanation& explanation, const Language& language);

}  // namespace patchbay::web
