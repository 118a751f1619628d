#pragma once
// What a single action of a flow must keep to: the rules of plugin_api/abi.md that show in what the
// connector hands out. Secrets are known again (known_secrets.h), so a connector that puts one
// where it doesn't belong is seen to do so.
#include <string>

#include "conformance/finding.h"
#include "conformance/trial.h"
#include "manifest/hosts.h"
#include "manifest/manifest.h"
#include "patchbay/testing/flow_driver.h"

namespace patchbay::conformance {

struct ActionContext {
  const manifest::Manifest& manifest;
  const Trial& trial;
  const manifest::HostValues& host_values;
  const std::string& exchange;  // its name, for findings
};

void check_action(const testing::Seen& seen, const ActionContext& context, Findings& findings);

}  // namespace patchbay::conformance
