#include "violations.h"

#include <utility>

namespace patchbay::personio_sandbox {
namespace {

constexpr std::size_t kKept = 1000;

}  // namespace

void Violations::begin_call(std::string route, std::int64_t now_ms) {
  route_ = std::move(route);
  now_ms_ = now_ms;
  in_call_ = false;
}

void Violations::add(std::string text) {
  in_call_ = true;
  ++total_;
  last_.push_back({.time_ms = now_ms_, .route = route_, .text = std::move(text)});
  if (last_.size() > kKept) last_.pop_front();
}

void Violations::clear() {
  total_ = 0;
  last_.clear();
}

}  // namespace patchbay::personio_sandbox
