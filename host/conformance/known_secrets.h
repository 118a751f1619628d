#pragma once
// Which texts hold a secret of the tool's. Most begin with kSecretMark; where a field's pattern has
// no room for it, the value itself is learnt.
#include <string>
#include <string_view>

namespace patchbay::conformance {

inline constexpr char kSecretMark[] = "SECRET-";

// Before the first exchange, while there is one thread. Shorter ones than 12 bytes are let be:
// they might stand anywhere by chance.
void learn_secret(const std::string& secret);

// Allocates nothing. Any thread.
[[nodiscard]] bool holds_secret(std::string_view text);

}  // namespace patchbay::conformance
