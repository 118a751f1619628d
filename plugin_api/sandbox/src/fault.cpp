#include "patchbay/sandbox/fault.h"

#include <algorithm>
#include <array>
#include <utility>

namespace patchbay::sandbox {
namespace {

constexpr std::array<std::pair<FaultKind, std::string_view>, 11> kNames{{
    {FaultKind::status, "status"},
    {FaultKind::delay, "delay"},
    {FaultKind::cut_before_answer, "cut_before_answer"},
    {FaultKind::cut_in_answer, "cut_in_answer"},
    {FaultKind::half_close, "half_close"},
    {FaultKind::trickle, "trickle"},
    {FaultKind::garbage, "garbage"},
    {FaultKind::html, "html"},
    {FaultKind::big_body, "big_body"},
    {FaultKind::invalid_json, "invalid_json"},
    {FaultKind::empty_body, "empty_body"},
}};

constexpr std::int64_t kMaxBody = std::int64_t{256} << 20;
constexpr std::int64_t kMaxDelayMs = 3'600'000;

/// Reads an optional whole number within bounds; false, with `error` set, when it is there but
/// wrong.
bool read_number(const json::object& object, std::string_view name, std::int64_t low,
                 std::int64_t high, std::int64_t& value, std::string& error) {
  if (!object.contains(name)) return true;
  const auto number = int_member(object, name);
  if (!number || *number < low || *number > high) {
    error = std::string(name) + " must be a whole number from " + std::to_string(low) + " to " +
            std::to_string(high);
    return false;
  }
  value = *number;
  return true;
}

}  // namespace

std::string_view fault_name(FaultKind kind) {
  for (const auto& [candidate, name] : kNames) {
    if (candidate == kind) return name;
  }
  return "status";
}

std::optional<FaultKind> fault_kind(std::string_view name) {
  for (const auto& [kind, candidate] : kNames) {
    if (candidate == name) return kind;
  }
  return std::nullopt;
}

std::optional<Fault> fault_from_json(const json::object& object, std::string& error) {
  static constexpr std::array<std::string_view, 10> kKeys{
      "kind",   "route", "times",        "after", "delay_ms",
      "status", "body",  "content_type", "size",  "handled"};
  for (const auto& member : object) {
    if (std::find(kKeys.begin(), kKeys.end(), std::string_view(member.key())) == kKeys.end()) {
      error = "unknown member: " + std::string(member.key());
      return std::nullopt;
    }
  }
  Fault fault;
  const auto kind = fault_kind(string_member(object, "kind").value_or(""));
  if (!kind) {
    error = "kind must be one of:";
    for (const auto& [unused, name] : kNames) error += ' ' + std::string(name);
    return std::nullopt;
  }
  fault.kind = *kind;
  std::int64_t delay_ms = 0;
  std::int64_t status = fault.status;
  if (!read_number(object, "times", 0, 1'000'000'000, fault.times, error) ||
      !read_number(object, "after", 0, 1'000'000'000, fault.after, error) ||
      !read_number(object, "delay_ms", 0, kMaxDelayMs, delay_ms, error) ||
      !read_number(object, "status", 200, 599, status, error) ||
      !read_number(object, "size", 0, kMaxBody, fault.size, error)) {
    return std::nullopt;
  }
  fault.delay = std::chrono::milliseconds(delay_ms);
  fault.status = static_cast<int>(status);
  for (auto [name, target] : {std::pair{"route", &fault.route}, std::pair{"body", &fault.body},
                              std::pair{"content_type", &fault.content_type}}) {
    if (!object.contains(name)) continue;
    auto text = string_member(object, name);
    if (!text) {
      error = std::string(name) + " must be a text";
      return std::nullopt;
    }
    *target = std::move(*text);
  }
  if (fault.content_type.find_first_of("\r\n") != std::string::npos) {
    error = "content_type must be one line";
    return std::nullopt;
  }
  if (object.contains("handled") && !bool_member(object, "handled")) {
    error = "handled must be true or false";
    return std::nullopt;
  }
  fault.handled = bool_member(object, "handled").value_or(false);
  return fault;
}

json::object fault_to_json(const Fault& fault) {
  return {{"kind", fault_name(fault.kind)},
          {"route", fault.route},
          {"times", fault.times},
          {"after", fault.after},
          {"delay_ms", fault.delay.count()},
          {"status", fault.status},
          {"handled", fault.handled}};
}

void FaultBoard::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void FaultBoard::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

void FaultBoard::clear(std::string_view route) {
  const std::lock_guard lock(mutex_);
  std::erase_if(faults_, [&](const Fault& fault) { return fault.route == route; });
}

std::optional<Fault> FaultBoard::take(std::string_view route) {
  const std::lock_guard lock(mutex_);
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    if (it->route != "*" && it->route != route) continue;
    if (it->after > 0) {
      --it->after;
      continue;
    }
    Fault hit = *it;
    const bool last_time = it->times == 1;
    if (it->times > 0) --it->times;
    if (last_time) faults_.erase(it);
    return hit;
  }
  return std::nullopt;
}

std::vector<Fault> FaultBoard::list() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

}  // namespace patchbay::sandbox
