#include "patchbay/sandbox/router.h"

#include <algorithm>

#include "patchbay/sandbox/error.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

bool is_param(std::string_view segment) {
  return segment.starts_with('{');
}

}  // namespace

void Router::add(std::string method, std::string pattern, Handler handler) {
  const std::string name = method + ' ' + pattern;
  if (has(name)) throw SandboxError("route added twice: " + name);
  std::vector<std::string> segments = split(pattern, '/');
  routes_.push_back(
      {std::move(method), std::move(pattern), std::move(segments), std::move(handler)});
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  const std::vector<std::string> segments = split(path, '/');
  const auto fits = [&](const Route& route) {
    return std::equal(route.segments.begin(), route.segments.end(), segments.begin(),
                      segments.end(), [](const std::string& pattern, const std::string& segment) {
                        return is_param(pattern) ? !segment.empty() : pattern == segment;
                      });
  };
  // "/persons/me" goes before "/persons/{id}": compare where the first parameter stands.
  const auto more_literal = [](const Route& left, const Route& right) {
    for (std::size_t i = 0; i < left.segments.size(); ++i) {
      const bool left_param = is_param(left.segments[i]);
      if (left_param != is_param(right.segments[i])) return !left_param;
    }
    return false;
  };
  Match result{.handler = nullptr, .route = "unmatched", .params = {}, .other_methods = {}};
  const Route* best = nullptr;
  for (const Route& route : routes_) {
    if (!fits(route)) continue;
    if (route.method != method) {
      result.other_methods.push_back(route.method);
    } else if (best == nullptr || more_literal(route, *best)) {
      best = &route;
    }
  }
  if (best == nullptr) return result;
  result.other_methods.clear();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& pattern = best->segments[i];
    if (!is_param(pattern)) continue;
    auto value = percent_decode(segments[i], false);
    if (!value)
      return {.handler = nullptr, .route = "unmatched", .params = {}, .other_methods = {}};
    result.params.add(pattern.substr(1, pattern.size() - 2), std::move(*value));
  }
  result.handler = &best->handler;
  result.route = best->method + ' ' + best->pattern;
  return result;
}

std::vector<std::string> Router::names() const {
  std::vector<std::string> names;
  names.reserve(routes_.size());
  for (const Route& route : routes_) names.push_back(route.method + ' ' + route.pattern);
  return names;
}

bool Router::has(std::string_view route) const {
  return std::any_of(routes_.begin(), routes_.end(), [&](const Route& candidate) {
    return candidate.method + ' ' + candidate.pattern == route;
  });
}

}  // namespace patchbay::sandbox
