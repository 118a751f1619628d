#pragma once
// The buckets of all limits and of all who have them, in this process. A bucket is made when it is
// first drawn from and dropped when it is full again, so that accounts which rest cost nothing. One
// whose rate the provider's answers corrected stays for an hour after the last that did, while
// there is room. There are a million at most, and then others are dropped: the answers correct what
// was forgotten.
//
// Any thread; each call holds a lock for one of 64 parts of the table, and never while it waits.
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "pacing/live_limits.h"
#include "pacing/provider_limits.h"
#include "pacing/token_bucket.h"

namespace patchbay::pacing {

using BucketKey = std::array<std::uint64_t, 2>;

// Half of the parts' SHA-256.
BucketKey bucket_key(std::initializer_list<std::string_view> parts);

// One of the buckets that a request is counted in.
struct Counted {
  BucketKey key{};
  std::optional<Limit> limit{};  // none: the manifest knows none, answers may
};

class BucketTable {
 public:
  static constexpr std::size_t kMost = std::size_t{1} << 20U;
  static constexpr std::int64_t kLearnedMs = 3'600'000;

  struct Terms {
    std::int64_t longest_wait_ms = 0;
    double most_promised = 0;
  };
  struct Offer {
    bool granted = false;
    std::int64_t wait_ms = 0;  // granted: until the token is there. Else: until it could be
  };

  Offer take(const Counted& counted, const Terms& terms, std::int64_t now);
  void give_back(const Counted& counted, std::int64_t now);
  [[nodiscard]] bool is_closed(const Counted& counted, std::int64_t now) const;
  // TokenBucket::fill; 1 for one that is not there.
  [[nodiscard]] double fill(const Counted& counted, std::int64_t now) const;
  void learn(const Counted& counted, const LiveLimits& seen, std::int64_t now);
  [[nodiscard]] std::size_t size() const;

 private:
  static constexpr std::size_t kParts = 64;
  static constexpr std::size_t kFewest = 64;  // not worth looking through

  struct Entry {
    TokenBucket bucket;
    unsigned refused = 0;            // in a row
    std::int64_t learned_until = 0;  // the rate is not the manifest's, and worth keeping
  };
  struct KeyHash {
    std::size_t operator()(const BucketKey& key) const { return key[0]; }
  };
  struct Part {
    mutable std::mutex mutex;
    std::unordered_map<BucketKey, Entry, KeyHash> buckets;
    std::size_t sweep_at = kFewest;
  };
  [[nodiscard]] Part& part(const BucketKey& key) { return parts_[key[1] % kParts]; }
  [[nodiscard]] const Part& part(const BucketKey& key) const { return parts_[key[1] % kParts]; }
  static Entry& entry(Part& part, const Counted& counted, std::int64_t now);
  static void sweep(Part& part, std::int64_t now);

  std::array<Part, kParts> parts_;
};

}  // namespace patchbay::pacing
