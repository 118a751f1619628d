#include "pacing/provider_limits.h"

#include <algorithm>
#include <cmath>

namespace patchbay::pacing {
namespace {

std::string_view take_segment(std::string_view& rest) {
  rest.remove_prefix(1);
  const std::string_view segment = rest.substr(0, rest.find('/'));
  rest.remove_prefix(segment.size());
  return segment;
}

bool matches(std::string_view pattern, std::string_view path) {
  if (pattern.ends_with('*')) return path.starts_with(pattern.substr(0, pattern.size() - 1));
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (wanted != given && (!wanted.starts_with('{') || given.empty())) return false;
  }
  return pattern.empty() && path.empty();
}

bool counts(const manifest::RateLimit& limit, std::string_view method, std::string_view path) {
  const auto is_method = [method](const auto& known) { return known == method; };
  const auto is_path = [path](const auto& pattern) { return matches(pattern, path); };
  return (limit.methods.empty() || std::ranges::any_of(limit.methods, is_method)) &&
         std::ranges::any_of(limit.paths, is_path);
}

}  // namespace

std::vector<const manifest::RateLimit*> limits_for(const manifest::Manifest& manifest,
                                                   std::string_view method, std::string_view path) {
  std::vector<const manifest::RateLimit*> found;
  for (const auto& limit : manifest.rate_limits)
    if (counts(limit, method, path)) found.push_back(&limit);
  return found;
}

// In a window, whose end does not belong to it, pass at most the bucket's capacity and what flows
// in meanwhile, less one: together they are the limit. The same holds for a second of the burst.
BucketRate rate_of(const manifest::RateLimit& limit) {
  constexpr double kAtOnce = 0.2;
  constexpr double kMsInASecond = 1000;
  const double requests = std::max<double>(limit.requests, 1);
  const double window_s = std::max<double>(limit.per_s, 1);
  const double burst = limit.burst;
  double capacity = std::max(1.0, std::floor(requests * kAtOnce));
  if (limit.burst != 0 && window_s > 1)
    capacity = std::clamp(std::floor((burst - (requests + 1) / window_s) / (1 - 1 / window_s)), 1.0,
                          capacity);
  double per_s = (requests - capacity + 1) / window_s;
  if (limit.burst != 0) per_s = std::min(per_s, std::max(1.0, burst - capacity));
  return {capacity, per_s / kMsInASecond};
}

std::int64_t pause_ms(std::uint32_t cool_down_s, std::uint32_t per_s, unsigned nth) {
  constexpr std::int64_t kSecond = 1000;
  const std::int64_t first = std::max<std::int64_t>(cool_down_s, 1) * kSecond;
  const std::int64_t most = std::max(first, per_s * kSecond);
  return std::min(first << std::min(nth - 1, 16U), most);
}

}  // namespace patchbay::pacing
