// Salesforce's sign-in servers and the servers of three organisations: one in production, another
// one beside it, and a sandbox. What it is built from, and what is unsure, stands in
// connectors/salesforce/README.md. Options: `denied`, what the user may not ("Contact.read",
// "Contact.edit", "*.read", "api") and the scopes that are not granted ("openid"); `rotation`,
// whether refresh tokens rotate; `session_minutes`; `batch_size` of queries; `instance_url`, what
// the token answer says in place of the truth; `refusal`, "code" or "code|description" that the
// token endpoint says; `sign_in_error`, the same of the page; `requests_left`, -1: any number.
#pragma once

#include <memory>

#include "patchbay/sandbox/provider.h"

namespace salesforce_sandbox {

namespace sandbox = patchbay::sandbox;

sandbox::ProviderInfo info();
std::unique_ptr<sandbox::Provider> make(sandbox::Services kit);

}  // namespace salesforce_sandbox
