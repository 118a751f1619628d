#include "pacing/live_limits.h"

#include <charconv>

#include "pacing/retry_after.h"

namespace patchbay::pacing {
namespace {

constexpr unsigned kTooManyRequests = 429;
constexpr std::int64_t kMost = 1'000'000;

std::optional<double> number(const net::Headers& headers, std::string_view name,
                             std::int64_t least) {
  const auto text = headers.get(name);
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  if (value < least || value > kMost) return std::nullopt;
  return static_cast<double>(value);
}

}  // namespace

LiveLimits read_live_limits(const net::ClientReply& reply, std::int64_t now_unix_ms) {
  constexpr double kMsInASecond = 1000;
  const auto& headers = reply.headers;
  LiveLimits seen;
  if (!reply.ok()) return seen;
  seen.refused = reply.status == kTooManyRequests;
  if (seen.refused)
    seen.retry_after_ms = parse_retry_after(headers.get("Retry-After").value_or(""), now_unix_ms);
  const double cost = number(headers, "x-ratelimit-requested-tokens", 1).value_or(1);
  if (const auto remaining = number(headers, "x-ratelimit-remaining", 0))
    seen.remaining = *remaining / cost;
  const auto per_s = number(headers, "x-ratelimit-replenish-rate", 1);
  const auto burst = number(headers, "x-ratelimit-burst-capacity", 1);
  if (per_s && burst && *burst >= cost)
    seen.rate = BucketRate{*burst / cost, *per_s / cost / kMsInASecond};
  return seen;
}

}  // namespace patchbay::pacing
