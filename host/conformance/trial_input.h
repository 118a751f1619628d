#pragma once
// What a trial begins with: what a person and an operator might enter, made from the manifest.
// Secrets carry kSecretMark, so that they are known again wherever they turn up.
#include <string>

#include "conformance/heap_watch.h"
#include "conformance/trial.h"
#include "manifest/hosts.h"
#include "patchbay/testing/flow_driver.h"

namespace patchbay::conformance {

inline constexpr char kHeldRefreshToken[] = "SECRET-refresh-0123456789";
inline constexpr char kAuthorizationCode[] = "SECRET-code-0123456789";

// Each person types something else.
std::string typed(const manifest::Field& field, unsigned person);

testing::InputSpec input_of(const manifest::Manifest& manifest, const Trial& trial);

// What the placeholders of the manifest's hosts stand for then.
manifest::HostValues host_values(const manifest::AuthMethod& method, unsigned person);

}  // namespace patchbay::conformance
