#pragma once
// What a provider's event is, and whether it came before. Pure functions.
#include <string>
#include <string_view>

#include "base/result.h"
#include "manifest/inbound_events.h"

namespace patchbay::inbound {

struct EventIdentity {
  std::string type;      // as the provider has it, at most kMostOfType bytes; empty: it has none
  std::string identity;  // hex SHA-256 of what the manifest says identifies an event
};

inline constexpr std::size_t kMostOfType = 128;

// kInvalidArgument: the body is no JSON object.
Result<EventIdentity> identify(const manifest::InboundEvents& events, std::string_view body);

}  // namespace patchbay::inbound
