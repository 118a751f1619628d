// A company in Bob behind the API of service users, strict about what it is sent. What it is built
// from, and what is unsure, stands in connectors/hibob/README.md. Options: `denied`, a list of
// permissions ("payroll:read") that the service user does not have.
#pragma once

#include <memory>

#include "patchbay/sandbox/provider.h"

namespace hibob_sandbox {

patchbay::sandbox::ProviderInfo info();
std::unique_ptr<patchbay::sandbox::Provider> make(patchbay::sandbox::Services kit);

}  // namespace hibob_sandbox
