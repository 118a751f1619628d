#pragma once
// A number that only grows, one that also falls, and a distribution of times. Adding is one or two
// relaxed atomic instructions: no lock, no allocation, any thread. A reader may see one of two
// changes made together before the other.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace patchbay::metrics {

class Counter {
 public:
  void add(std::uint64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

class Gauge {
 public:
  void add(std::int64_t more) { value_.fetch_add(more, std::memory_order_relaxed); }
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

// Holds a gauge up by one while it lives.
class Held {
 public:
  explicit Held(Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { gauge_.add(-1); }

 private:
  Gauge& gauge_;
};

// In buckets from 100 µs, below which nobody looks, to 30 s, after which requests are given up.
class Times {
 public:
  static constexpr std::array<std::int64_t, 14> kUpToUs = {
      100,     500,     1'000,   5'000,     10'000,    25'000,     50'000,
      100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000, 30'000'000};

  void add(std::chrono::steady_clock::duration time) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    std::size_t bucket = 0;
    while (bucket < kUpToUs.size() && us > kUpToUs[bucket]) ++bucket;
    buckets_[bucket].add();
    sum_us_.add(us > 0 ? static_cast<std::uint64_t>(us) : 0);
  }
  // The last one: longer than all bounds.
  [[nodiscard]] std::uint64_t in_bucket(std::size_t bucket) const {
    return buckets_[bucket].value();
  }
  [[nodiscard]] std::uint64_t sum_us() const { return sum_us_.value(); }

 private:
  std::array<Counter, kUpToUs.size() + 1> buckets_;
  Counter sum_us_;
};

}  // namespace patchbay::metrics
