#include "actions/retries.h"

#include "pacing/paced_sender.h"

namespace patchbay::actions {

std::optional<std::chrono::milliseconds> pause_before_retry(const net::ClientReply& reply,
                                                            bool repeatable, unsigned tries,
                                                            double unit) {
  constexpr unsigned kTooManyRequests = 429;
  constexpr double kFirstPauseMs = 200;
  if (tries >= kMostTries) return std::nullopt;
  // The rate limit's own pause is waited for in line.
  if (reply.ok() && reply.status == kTooManyRequests) return std::chrono::milliseconds(0);
  const bool failed = pacing::outcome_of(reply) == pacing::Circuit::Outcome::kFailed;
  const bool nothing_went_out = !reply.ok() && !reply.maybe_processed;
  // When the time was used up once, a caller won't wait for that again.
  if (!failed || reply.error == net::NetError::kTimeout) return std::nullopt;
  if (!repeatable && !nothing_went_out) return std::nullopt;
  if (reply.headers.has("Retry-After")) return std::nullopt;  // the caller is told when
  const double doubled = kFirstPauseMs * (1U << (tries - 1));
  return std::chrono::milliseconds(static_cast<std::int64_t>(doubled * (0.5 + unit)));
}

}  // namespace patchbay::actions
