#pragma once
// Which of a manifest's rate limits count a request, and how fast they let requests pass. Pure
// functions.
#include <cstdint>
#include <string_view>
#include <vector>

#include "manifest/manifest.h"
#include "pacing/token_bucket.h"

namespace patchbay::pacing {

// `path` without its query. A segment in braces, of the limit or of `path`, stands for any.
std::vector<const manifest::RateLimit*> limits_for(const manifest::Manifest& manifest,
                                                   std::string_view method, std::string_view path);

// Never more than the limit's requests in any of its windows, wherever the provider's window
// begins, nor more than its burst in any second: a fifth of them at once, the rest spread out.
BucketRate rate_of(const manifest::RateLimit& limit);

// What a bucket has to know of its limit.
struct Limit {
  std::string_view id;  // the manifest's
  manifest::RateLimit::Counts counts;
  BucketRate rate;
  std::uint32_t per_s = 0;
  std::uint32_t cool_down_s = 0;

  explicit Limit(const manifest::RateLimit& limit)
      : id(limit.id),
        counts(limit.counts),
        rate(rate_of(limit)),
        per_s(limit.per_s),
        cool_down_s(limit.cool_down_s) {}
};

// How long to leave a provider alone that answered 429 and did not say how long, the `nth` time in
// a row (from 1): the cool-down, else a second, doubled each time up to the window.
std::int64_t pause_ms(std::uint32_t cool_down_s, std::uint32_t per_s, unsigned nth);

}  // namespace patchbay::pacing
