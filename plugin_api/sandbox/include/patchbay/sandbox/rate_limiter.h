#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace patchbay::sandbox {

/// "`limit` calls per `window_ms`; who exceeds it is slowed to `penalty_per_second` calls
/// a second (0 = refused) for `penalty_ms`". With penalty_ms 0 the window alone decides.
struct WindowRule {
  std::int64_t limit{60};
  std::int64_t window_ms{60'000};
  std::int64_t penalty_ms{0};
  std::int64_t penalty_per_second{0};
};

/// One window per key (a client, an address). Not thread-safe: its owner locks. Time is handed in.
class WindowLimiter {
 public:
  bool allow(const WindowRule& rule, const std::string& key, std::int64_t now_ms);
  void clear() { windows_.clear(); }

 private:
  struct Window {
    std::int64_t started_ms{0};
    std::int64_t calls{0};
    std::int64_t penalty_until_ms{0};
    std::int64_t penalty_second_ms{0};
    std::int64_t penalty_calls{0};
  };
  std::map<std::string, Window> windows_;
};

/// A bucket that refills continuously, as Spring Cloud Gateway's limiter does.
struct BucketRule {
  std::int64_t replenish_per_second{30};
  std::int64_t burst_capacity{30};
};

/// One bucket per key. Not thread-safe: its owner locks. Time is handed in.
class BucketLimiter {
 public:
  struct Verdict {
    bool allowed{true};
    std::int64_t remaining{0};
  };
  Verdict take(const BucketRule& rule, const std::string& key, std::int64_t now_ms);
  void clear() { buckets_.clear(); }

 private:
  struct Bucket {
    std::int64_t thousandths{0};
    std::int64_t seen_ms{0};
  };
  std::map<std::string, Bucket> buckets_;
};

}  // namespace patchbay::sandbox
