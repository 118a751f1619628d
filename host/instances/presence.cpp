#include "instances/presence.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "instances/process_mark.h"

namespace patchbay::instances {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min() / 2;

}  // namespace

Presence::Presence(const Clock& clock, std::string id, std::string process, PresenceTimes times)
    : clock_(clock),
      id_(std::move(id)),
      process_(std::move(process)),
      times_(times),
      started_(clock.unix_ms()),
      beat_began_(kNever) {}

store::InstanceRow Presence::row(std::int64_t sequence) const {
  return {id_, process_, started_, 0, sequence};
}

void Presence::wrote(std::int64_t began_uptime_ms) {
  auto before = beat_began_.load();
  while (before < began_uptime_ms && !beat_began_.compare_exchange_weak(before, began_uptime_ms)) {
  }
}

std::int64_t Presence::since_beat_ms() const {
  return clock_.uptime_ms() - beat_began_.load();
}

void Presence::saw(const std::vector<store::InstanceRow>& rows) {
  const auto now = clock_.uptime_ms();
  const std::lock_guard lock(mutex_);
  const bool gap = now - std::exchange(looked_, now) > times_.longest_gap.count();
  auto before = std::exchange(others_, {});
  for (const auto& row : rows) {
    if (row.id == id_) continue;
    const auto known = before.find(row.id);
    const bool stood_still = !gap && known != before.end() && known->second.beat == row.beat;
    others_[row.id] = {row.beat, stood_still ? known->second.since : now, has_ended(row.process)};
  }
}

std::vector<DeadAt> Presence::still_for(std::chrono::milliseconds time) const {
  const auto now = clock_.uptime_ms();
  const std::lock_guard lock(mutex_);
  std::vector<DeadAt> found;
  if (now - looked_ > times_.longest_gap.count()) return found;
  for (const auto& [id, other] : others_)
    if (other.ended || now - other.since >= time.count()) found.push_back({id, other.beat});
  return found;
}

std::vector<DeadAt> Presence::dead() const {
  return still_for(times_.dead_after);
}

std::vector<DeadAt> Presence::long_gone() const {
  return still_for(times_.row_lasts);
}

}  // namespace patchbay::instances
