#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace patchbay::personio_sandbox {

/// The fixed parts of the simulated company that persons refer to.
struct Unit {
  std::int64_t id;
  std::string_view name;
};

struct Department {
  Unit unit;
  std::span<const Unit> teams;
  std::span<const std::string_view> positions;  ///< the first leads the department
};

struct Office {
  Unit unit;
  std::size_t legal_entity;  ///< index into legal_entities()
  std::string_view holiday_calendar;
  std::string_view country;
  std::string_view state;
};

std::span<const Department> departments();
std::span<const Office> offices();
std::span<const Unit> legal_entities();
std::span<const Unit> cost_centers();

}  // namespace patchbay::personio_sandbox
