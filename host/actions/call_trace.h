#pragma once
// What a call sent to the provider, for the log of requests. Filled in on the account's loop while
// the call runs; whoever asked for it reads it afterwards.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace patchbay::actions {

inline constexpr std::size_t kMaxTracedBody = std::size_t{16} << 10U;

struct ProviderStep {
  std::string method;
  std::string host;
  std::string path;          // without its query, which may hold personal data
  unsigned status = 0;       // 0: there was no answer
  std::string error;         // a code, when there was none
  std::int64_t started = 0;  // unix ms
  std::int64_t duration_ms = 0;
  std::string request_body;  // these two only with CallTrace::bodies, without the credential
  std::string response_body;
};

struct CallTrace {
  bool bodies = false;
  // The traceparent header (net/trace_context.h) of the request that asked for the call; empty: it
  // came without one, and none is sent to the provider.
  std::string parent;
  std::vector<ProviderStep> steps;
};

}  // namespace patchbay::actions
