// Addresses of a manifest with their {placeholders} filled in.
#pragma once

#include <optional>
#include <string_view>

#include "patchbay/sdk/input.h"
#include "plan.h"

namespace declarative {

// "https://{company}.acme.com/v1" with what the person, the operator or the environment gives; in
// the input's arena. A value stays within its label of the host, and is percent-encoded behind it.
// Nothing: a value is missing or can't stand there; `culprit` then names it.
std::optional<std::string_view> fill_in(patchbay::sdk::Input& input, const Method& method,
                                        std::string_view url, std::string_view& culprit);

}  // namespace declarative
