// A Slack workspace behind its Web API, and the page on which an app is installed in it. What it is
// built from, and what is unsure, stands in connectors/slack/README.md. Options: `denied`, a list
// of scopes that whoever installs the app does not get, and tokens that are there lose; `rotation`,
// whether tokens rotate; `pkce`, whether the app's settings have it on; `org_install`, whether it
// is installed for an organisation.
#pragma once

#include <memory>

#include "patchbay/sandbox/provider.h"

namespace slack_sandbox {

namespace sandbox = patchbay::sandbox;

sandbox::ProviderInfo info();
std::unique_ptr<sandbox::Provider> make(sandbox::Services kit);

}  // namespace slack_sandbox
