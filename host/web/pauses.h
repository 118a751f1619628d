#pragma once
// Lets something happen for each key once in a while: what a person may start by a click, but not
// again and again. In memory and bounded; the oldest key is forgotten first. Any thread.
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace patchbay::web {

class Pauses {
 public:
  static constexpr std::size_t kMostKeys = 1'000;

  explicit Pauses(std::int64_t pause_ms) : pause_ms_(pause_ms) {}

  // True: it may happen now, and not again before the pause is over.
  bool begin(const std::string& key, std::int64_t now_ms);

 private:
  const std::int64_t pause_ms_;
  std::mutex mutex_;
  std::map<std::string, std::int64_t> begun_;  // unix ms
};

}  // namespace patchbay::web
