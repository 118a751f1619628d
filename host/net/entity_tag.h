#pragma once
// Entity tags (RFC 9110, 8.8.3): an answer names its content, and who has that already gets 304
// instead. Pure functions.
#include <string>
#include <string_view>

#include "net/http_types.h"

namespace patchbay::net {

// Names this content, quotes included.
std::string entity_tag(std::string_view body);

// The answer with its tag, or 304 when the request says that it has this content (If-None-Match).
Response with_entity_tag(const Request& request, Response response, std::string_view tag);

}  // namespace patchbay::net
