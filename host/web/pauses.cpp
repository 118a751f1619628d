#include "web/pauses.h"

#include <algorithm>

namespace patchbay::web {

bool Pauses::begin(const std::string& key, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  std::erase_if(begun_, [&](const auto& item) { return item.second + pause_ms_ <= now_ms; });
  if (begun_.contains(key)) return false;
  if (begun_.size() >= kMostKeys) {
    begun_.erase(
        std::ranges::min_element(begun_, {}, [](const auto& item) { return item.second; }));
  }
  begun_.emplace(key, now_ms);
  return true;
}

}  // namespace patchbay::web
