#pragma once
// Bodies as the log of requests keeps them: JSON alone, with the values of members that are secrets
// or identify a person to a bank or an authority left out, by the members' names. Credentials of
// the hub's own are gone before (actions/call_trace.h).
#include <string>
#include <string_view>

namespace patchbay::api {

inline constexpr std::string_view kRedacted = "[redacted]";

// Whether a member of that name is left out, in whatever style the name is written.
bool is_redacted_name(std::string_view name);

// JSON text. "null" for what is empty, no JSON, or longer than `max_bytes`.
std::string redacted_json(std::string_view body, std::size_t max_bytes);

}  // namespace patchbay::api
