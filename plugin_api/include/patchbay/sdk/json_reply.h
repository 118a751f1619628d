// Replies that should bring JSON. Texts and arguments as in failures.h.
#pragma once

#include <string_view>

#include "patchbay/sdk/failures.h"
#include "patchbay/sdk/json.h"

namespace patchbay::sdk {

// True when it has failed the flow: no answer, 429, 5xx, no JSON, or a status that is no success.
// `document` is of the reply's body. Statuses with a meaning of their own are looked at before.
inline bool failed_without_json(Action& action, const Reply& reply, const JsonDocument& document,
                                std::string_view host) {
  if (failed_in_transit(action, reply, host)) return true;
  if (!document.valid()) {
    fail_not_json(action, reply, host);
  } else if (!reply.ok()) {
    fail_unexpected_status(action, reply, host);
  }
  return !document.valid() || !reply.ok();
}

}  // namespace patchbay::sdk
