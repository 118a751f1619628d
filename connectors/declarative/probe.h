// The request that proves credentials when somebody connects, and what the provider's refusals
// mean, both as the manifest says.
#pragma once

#include <string_view>

#include "patchbay/sdk/action.h"
#include "patchbay/sdk/event.h"
#include "patchbay/sdk/input.h"
#include "plan.h"

namespace declarative {

// Adds the request to `action`. `token`: the one that was just minted, if one was.
void send_probe(patchbay::sdk::Action& action, const Probe& probe, std::string_view url,
                const patchbay::sdk::Input& input, std::string_view token);

// The first field that the probe's authorisation takes and that was left empty; none: empty.
std::string_view empty_field(const Probe& probe, const patchbay::sdk::Input& input);

// Facts and permissions that its answer tells.
void read_probe(const Probe& probe, const patchbay::sdk::Reply& reply, patchbay::sdk::Done& done);

// Fails the flow by the manifest's `refusals`; false when none of them fits. `status` is 0 for what
// the sign-in page answered. `error` is the provider's code, `excerpt` what else it said.
bool refused_by_manifest(patchbay::sdk::Action& action, const Method& method, std::uint32_t status,
                         std::string_view error, std::string_view excerpt, std::string_view host,
                         bool used_before);

}  // namespace declarative
