// A company in Humaans behind its API, strict about what it is sent. What it is built from, and
// what is unsure, stands in connectors/humaans/README.md. Options: `denied`, a list of scopes
// ("private:write") that the access token does not have.
#pragma once

#include <memory>

#include "patchbay/sandbox/provider.h"

namespace humaans_sandbox {

patchbay::sandbox::ProviderInfo info();
std::unique_ptr<patchbay::sandbox::Provider> make(patchbay::sandbox::Services kit);

}  // namespace humaans_sandbox
