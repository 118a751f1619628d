// A provider's refusals of a token request in its own words: which message stands for which OAuth
// error code (and description). Codes that are in no row are worded by fail_refused(). Any thread.
// Source of the codes: RFC 6749, sections 4.1.2.1 and 5.2.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "patchbay/sdk/action.h"
#include "patchbay/sdk/event.h"
#include "patchbay/sdk/oauth.h"

namespace patchbay::sdk {

// One error code. Its message gets the arguments `host`, `code` and `status`.
struct RefusalRow {
  std::string_view code;  // empty: every other code; the last row
  Failure failure;
  std::string_view message_id;
  std::string_view field_id = {};  // where the message stands
  // For credentials that worked before: the provider has withdrawn them (Failure::revoked). Empty:
  // the same as at first.
  std::string_view withdrawn_message_id = {};
  // Of a provider that has one code for several things: what its description begins with. Such rows
  // stand before the one for the rest.
  std::string_view description = {};
};

// Null when no row holds the code; else the flow has failed.
inline Fail* fail_by_table(Action& action, std::span<const RefusalRow> table,
                           const Refusal& refusal, const Reply& reply, std::string_view host,
                           bool used_before) {
  for (const RefusalRow& row : table) {
    if (row.code != refusal.code && !row.code.empty()) continue;
    if (!refusal.description.starts_with(row.description)) continue;
    const bool withdrawn = used_before && !row.withdrawn_message_id.empty();
    return &action
                .fail(withdrawn ? Failure::revoked : row.failure,
                      withdrawn ? row.withdrawn_message_id : row.message_id)
                .at(row.field_id)
                .arg("host", host)
                .arg("code", refusal.code)
                .arg("status", std::int64_t{reply.status()})
                .excerpt(refusal.description);
  }
  return nullptr;
}

}  // namespace patchbay::sdk
