#include "web/operator_memory.h"

#include <algorithm>
#include <utility>

namespace patchbay::web {

OperatorMemory::Kept& OperatorMemory::kept(std::string_view session_id) {
  const auto found = sessions_.find(session_id);
  if (found != sessions_.end()) return found->second;
  if (order_.size() == kMaxSessions) {
    sessions_.erase(order_.front());
    order_.pop_front();
  }
  order_.emplace_back(session_id);
  return sessions_[order_.back()];
}

void OperatorMemory::remember_owner(std::string_view session_id, Owner owner) {
  const std::lock_guard lock(mutex_);
  kept(session_id).owner = std::move(owner);
}

Owner OperatorMemory::last_owner(std::string_view session_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session_id);
  return found == sessions_.end() ? Owner() : found->second.owner;
}

void OperatorMemory::flash(std::string_view session_id, Flash message) {
  const std::lock_guard lock(mutex_);
  kept(session_id).flash = std::move(message);
}

std::optional<Flash> OperatorMemory::take_flash(std::string_view session_id) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return std::nullopt;
  return std::exchange(found->second.flash, std::nullopt);
}

void OperatorMemory::forget(std::string_view session_id) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return;
  sessions_.erase(found);
  std::erase(order_, session_id);
}

}  // namespace patchbay::web
