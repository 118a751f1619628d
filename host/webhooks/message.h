#pragma once
// An event as it is sent: StackOne's fields, so that receivers written for them understand it, and
// ours beside them. Pure functions.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "store/events_table.h"

namespace patchbay::webhooks {

// Kinds that an endpoint may ask for.
const std::vector<std::string_view>& event_kinds();
inline constexpr std::string_view kTestKind = "webhook.test";

// The same for every attempt and every endpoint; receivers know by it what they had already.
std::string message_id(const store::Event& event);

// What goes along with an event and is not kept with it. Empty: it has none.
struct Enclosed {
  SecretString reconnect_url;     // for the account's owner
  SecretString provider_payload;  // JSON: the event as the provider sent it
};
SecretString message_of(const store::Event& event, const Enclosed& enclosed, std::int64_t now_ms);

}  // namespace patchbay::webhooks
