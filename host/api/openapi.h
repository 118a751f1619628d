#pragma once
// The API's description in OpenAPI 3.1, as it is served at /openapi.json. It is made of the parts
// in api/openapi/ and lies in the program. Any thread.
#include <string_view>

#include "net/http_types.h"

namespace patchbay::api {

// JSON. Lives as long as the program.
std::string_view openapi_document();

// For everybody; may be kept, and is asked for again with its entity tag.
net::Response openapi_response(const net::Request& request);

}  // namespace patchbay::api
