#pragma once
// Links to a next page come from outside: they must not send a token anywhere else. Pure functions.
#include <string>
#include <string_view>

#include "base/result.h"

namespace patchbay::actions {

// The absolute URL of `link` as found on the page at `url`: absolute, path-absolute ("/v2/x?c=1")
// or query only ("?c=1"). kProtocol unless scheme, host and port stay the same and the path names
// the same resource: equal, or the same without middle segments. Personio's documented example for
// /v2/persons/{id}/employments links to /v2/employments?cursor=... With `link_path`, a template as
// of path_template.h, the path fits that one instead.
Result<std::string> resolve_page_link(std::string_view link, std::string_view url,
                                      std::string_view link_path = {});

// The URL without the query parameters of that name; for keys that travel in the query, which
// providers like to repeat in their links.
std::string without_query_parameter(std::string_view url, std::string_view name);

}  // namespace patchbay::actions
