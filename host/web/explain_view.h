#pragma once
// An explanation for the template "explain". Pure.
#include "explain/explanation.h"
#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

void put_explanation(View& view, const explain::Explanation& explanation, const Language& language);

}  // namespace patchbay::web
