#pragma once
// Fills an embedded template with a view. In templates, {{t.<id>}} is one of the pages' own texts
// in the page's language, {{asset.<name>}} the address of an embedded file, {{> name}} another
// template. Any thread.
#include <string>
#include <string_view>

#include "web/language.h"
#include "web/view.h"

namespace patchbay::web {

// Throws std::logic_error for a template that is not there or malformed: a mistake in the program
// (tests/unit/web_render_test.cpp renders them all).
std::string render(std::string_view template_name, const View& view, const Language& language);

}  // namespace patchbay::web
