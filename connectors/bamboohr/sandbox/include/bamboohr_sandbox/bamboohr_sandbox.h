// A company in BambooHR behind an API key, strict about what it is sent. What it is built from, and
// what is unsure, stands in connectors/bamboohr/README.md. It is called acme; any other host that
// leads here belongs to no company. Options: `denied`, a list of permissions ("files:read") that
// the key's user does not have; `requests_per_minute`, 0 for no limit.
#pragma once

#include <memory>

#include "patchbay/sandbox/provider.h"

namespace bamboohr_sandbox {

patchbay::sandbox::ProviderInfo info();
std::unique_ptr<patchbay::sandbox::Provider> make(patchbay::sandbox::Services kit);

}  // namespace bamboohr_sandbox
