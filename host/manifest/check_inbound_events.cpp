#include <algorithm>

#include "manifest/checks.h"

namespace patchbay::manifest {
namespace {

// The provider may use Authorization, which is_reserved_header() keeps from connectors.
bool can_bring_a_secret(const std::string& name) {
  return lower_case(name) == "authorization" || (is_header_name(name) && !is_reserved_header(name));
}

bool is_member_pointer(std::string_view text) {
  return text.starts_with('/');
}

}  // namespace

void check_inbound_events(const Manifest& manifest, Report& report) {
  if (!manifest.inbound_events) return;
  const InboundEvents& events = *manifest.inbound_events;
  if (!can_bring_a_secret(events.secret_header))
    report.add("header_name", "/inbound_events/secret_header",
               in_quotes(events.secret_header) + " can't bring a secret. Use another header.");
  if (!is_member_pointer(events.type) || !std::ranges::all_of(events.identity, is_member_pointer))
    report.add("inbound_events", "/inbound_events",
               "The type and what identifies an event are JSON pointers: start them with /.");
}

}  // namespace patchbay::manifest
