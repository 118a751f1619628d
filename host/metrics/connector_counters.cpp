#include "metrics/connector_counters.h"

#include <atomic>
#include <cstring>
#include <mutex>

namespace patchbay::metrics {
namespace {

struct Place {
  std::array<char, 64> id{};
  std::uint8_t length = 0;
  ConnectorCounters counters;

  [[nodiscard]] std::string_view name() const { return {id.data(), length}; }
};

// Places are filled in order and stay; `taken` is raised after one is filled.
std::array<Place, kMostConnectors> places;
std::atomic<std::size_t> taken = 0;
std::mutex filling;
ConnectorCounters others;
std::atomic<bool> has_others = false;

ConnectorCounters* find(std::string_view id) {
  const auto count = taken.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < count; ++i)
    if (places[i].name() == id) return &places[i].counters;
  return nullptr;
}

}  // namespace

ConnectorCounters& of_connector(std::string_view connector_id) {
  if (auto* const found = find(connector_id)) return *found;
  const std::lock_guard lock(filling);
  if (auto* const found = find(connector_id)) return *found;
  const auto next = taken.load(std::memory_order_relaxed);
  if (next == places.size() || connector_id.size() >= places[next].id.size() ||
      connector_id == kOtherConnectors) {
    has_others = true;
    return others;
  }
  Place& place = places[next];
  std::memcpy(place.id.data(), connector_id.data(), connector_id.size());
  place.length = static_cast<std::uint8_t>(connector_id.size());
  taken.store(next + 1, std::memory_order_release);
  return place.counters;
}

std::vector<NamedCounters> all_connectors() {
  std::vector<NamedCounters> all;
  const auto count = taken.load(std::memory_order_acquire);
  all.reserve(count + 1);
  for (std::size_t i = 0; i < count; ++i) all.push_back({places[i].name(), &places[i].counters});
  if (has_others) all.push_back({kOtherConnectors, &others});
  return all;
}

}  // namespace patchbay::metrics
