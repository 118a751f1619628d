#pragma once
// How long a provider wants us to wait. Pure functions.
#include <cstdint>
#include <string_view>

#include "manifest/manifest.h"

namespace patchbay::pacing {

// A Retry-After value (RFC 9110 §10.2.3: seconds, or a date) as milliseconds from now, at most an
// hour; 0 when there is none or it can't be read.
std::int64_t parse_retry_after(std::string_view value, std::int64_t now_ms);

// The wait after a 429 that named none, from the manifest's limits for this action: the cool-down,
// else one window; a second when the manifest knows no such limit.
std::int64_t default_retry_after(const manifest::Manifest& manifest,
                                 const manifest::Action& action);

}  // namespace patchbay::pacing
