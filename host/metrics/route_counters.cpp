#include "metrics/route_counters.h"

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace patchbay::metrics {
namespace {

struct Routes {
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<RouteCounters>> all;
};

Routes& routes() {
  static Routes instance;
  return instance;
}

thread_local RouteCounters* chosen = nullptr;

}  // namespace

RouteCounters& of_route(std::string_view method, std::string_view pattern) {
  auto& [mutex, all] = routes();
  const std::lock_guard lock(mutex);
  auto& entry = all[{std::string(method), std::string(pattern)}];
  if (!entry) {
    entry = std::make_unique<RouteCounters>();
    entry->method = method;
    entry->pattern = pattern;
  }
  return *entry;
}

RouteCounters& of_no_route() {
  static RouteCounters& none = of_route("", "");
  return none;
}

std::vector<const RouteCounters*> all_routes() {
  auto& [mutex, all] = routes();
  const std::lock_guard lock(mutex);
  std::vector<const RouteCounters*> found;
  found.reserve(all.size());
  for (const auto& [key, route] : all) found.push_back(route.get());
  return found;
}

void choose_route(RouteCounters* route) {
  chosen = route;
}

RouteCounters* take_chosen_route() {
  return std::exchange(chosen, nullptr);
}

}  // namespace patchbay::metrics
