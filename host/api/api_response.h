#pragma once
// Answers of the API that need more care than net::json gives.
#include <string>
#include <string_view>

#include "net/http_types.h"

namespace patchbay::api {

// A JSON object with one more member that is a secret: it lies in the answer's body alone, which is
// wiped once written, and nobody on the way may store it. `object` is "{...}"; the secret must be
// UTF-8.
net::Response secret_json(std::string_view object, std::string_view name, std::string_view secret,
                          unsigned status = 200);

}  // namespace patchbay::api
