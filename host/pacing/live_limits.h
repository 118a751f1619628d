#pragma once
// What an answer says about the provider's limits. Pure.
//
// Read are Retry-After and the four headers of Spring Cloud Gateway's limiter:
// x-ratelimit-replenish-rate (tokens a second), -burst-capacity, -requested-tokens (what a request
// costs) and -remaining. Providers lie and err: what makes no sense is as if it had not come.
#include <cstdint>
#include <optional>

#include "net/http_client.h"
#include "pacing/token_bucket.h"

namespace patchbay::pacing {

struct LiveLimits {
  bool refused = false;             // 429: the request was not carried out
  std::int64_t retry_after_ms = 0;  // 0: it did not say
  std::optional<BucketRate> rate;   // in requests
  std::optional<double> remaining;  // requests

  [[nodiscard]] bool says_something() const { return refused || rate || remaining; }
};

LiveLimits read_live_limits(const net::ClientReply& reply, std::int64_t now_unix_ms);

}  // namespace patchbay::pacing
