#pragma once
// What a trial begins with: what a person and an operator might enter, made from the manifest.
// Secrets carry kSecretMark where their pattern has room for it, so that they are known again
// wherever they turn up.
#include <string>

#include "conformance/known_secrets.h"
#include "conformance/trial.h"
#include "manifest/hosts.h"
#include "patchbay/testing/flow_driver.h"

namespace patchbay::conformance {

inline constexpr char kHeldRefreshToken[] = "SECRET-refresh-0123456789";
inline constexpr char kAuthorizationCode[] = "SECRET-code-0123456789";

// Each person types something else, and what the field allows: its pattern, format and length.
std::string typed(const manifest::Field& field, unsigned person);

// Of a pattern that nothing was found for: what is typed then may rightly be refused.
[[nodiscard]] bool fits(const manifest::Field& field, const std::string& value);

// The field of those that are filled in at first for which nothing was found that fits; null: none.
const manifest::Field* field_without_sample(const manifest::AuthMethod& method);

// So that secrets without kSecretMark are known again, of `people` persons. Before the first flow.
void learn_secrets_of(const manifest::Manifest& manifest, unsigned people);

testing::InputSpec input_of(const manifest::Manifest& manifest, const Trial& trial);

// What the placeholders of the manifest's hosts stand for then.
manifest::HostValues host_values(const manifest::AuthMethod& method, unsigned person);

}  // namespace patchbay::conformance
