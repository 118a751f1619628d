#pragma once
// Which requests of a call are sent again after they failed: those that the provider refused before
// it did anything (429), those of which nothing went out, and, where sending twice is harmless,
// those that failed on the way or at a gateway. At most twice, and only while the provider's retry
// budget lasts (pacing/retry_budget.h). Pure functions.
#include <chrono>
#include <optional>

#include "net/http_client.h"

namespace patchbay::actions {

inline constexpr unsigned kMostTries = 3;

// How long to wait before the next try; none: it is not tried again. `tries`: so many were made.
// `repeatable`: sending it twice is harmless. `unit`: in [0, 1), so that not all try at once.
std::optional<std::chrono::milliseconds> pause_before_retry(const net::ClientReply& reply,
                                                            bool repeatable, unsigned tries,
                                                            double unit);

}  // namespace patchbay::actions
