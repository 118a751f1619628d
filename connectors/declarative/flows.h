// The flows of every grant that needs no code. Each is made for one method of a plan, which
// outlives it.
#pragma once

#include <memory>

#include "patchbay/sdk/flow.h"
#include "patchbay/sdk/input.h"
#include "plan.h"

namespace declarative {

std::unique_ptr<patchbay::sdk::Flow> connect(const Plan& plan, const Method& method,
                                             patchbay::sdk::Input input);
std::unique_ptr<patchbay::sdk::Flow> refresh(const Plan& plan, const Method& method,
                                             patchbay::sdk::Input input);
std::unique_ptr<patchbay::sdk::Flow> revoke(const Method& method, patchbay::sdk::Input input);

}  // namespace declarative
