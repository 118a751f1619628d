#pragma once
// W3C Trace Context (www.w3.org/TR/trace-context-1/): the header `traceparent`, which tells which
// request of somebody's distributed system another belongs to. The hub takes it from its clients,
// names its trace in the log, and passes the trace on to the provider asked for it, each request
// with a span id of its own. A client that sends none has no trace, and its provider hears of none.
//
// `tracestate` is for the tracing systems on the way; what clients put there is not the provider's
// business. The recommendation lets it be dropped, and it is.
#include <optional>
#include <string>
#include <string_view>

#include "net/headers.h"

namespace patchbay::net {

inline constexpr std::string_view kTraceParent = "traceparent";

struct TraceParent {
  std::string_view trace_id;   // 32 hexadecimal digits
  std::string_view parent_id;  // 16
  bool sampled = false;
};

// Views into the text. None: it is not as section 3.2 wants it. Of a version after 00 what 00 knows
// is read.
std::optional<TraceParent> parse_traceparent(std::string_view text);

// The trace that a checked header names (tidy_traceparent); "" when there is none.
std::string_view trace_id_of(const Headers& headers);

// Makes what a client sent safe to go by: a header that is malformed or there twice becomes a new
// trace, as section 4.3 wants it. None stays none.
void tidy_traceparent(Headers& headers);

// A request within the trace that a checked header names, with a new span id; "" for "".
std::string child_traceparent(std::string_view parent);

}  // namespace patchbay::net
