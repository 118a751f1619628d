#include "world.h"

namespace patchbay::simulator {

void World::violated(std::string_view rule, std::string what) {
  note("VIOLATION " + std::string(rule) + ": " + what);
  if (!violation_) violation_ = Violation{std::string(rule), std::move(what)};
}

void World::at(std::int64_t unix_ms, std::function<void()> what) {
  events_.emplace(std::pair(unix_ms, next_number_++), std::move(what));
}

std::optional<std::int64_t> World::next_event() const {
  if (events_.empty()) return std::nullopt;
  return events_.begin()->first.first;
}

bool World::run_one_event() {
  if (events_.empty() || events_.begin()->first.first > now()) return false;
  auto what = std::move(events_.begin()->second);
  events_.erase(events_.begin());
  what();
  return true;
}

}  // namespace patchbay::simulator
