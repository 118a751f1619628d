#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "people.h"

namespace patchbay::personio_sandbox {

/// Whether somebody must stand in for the absent person.
enum class Substitute { none, possible, required };

struct AbsenceType {
  std::string_view id;  ///< UUID of v2
  std::int64_t v1_id;
  std::string_view name;
  std::string_view category;  ///< PAID_VACATION, SICK_LEAVE …
  std::string_view unit;      ///< DAY, HOUR
  Substitute substitute;
  bool needs_approval;
};

struct AbsenceEdge {
  std::string date_time;  ///< local, `2026-05-29T00:00:00`
  std::string half;       ///< FIRST_HALF, SECOND_HALF; empty: the whole day
};

struct AbsencePeriod {
  std::string id;  ///< UUID
  std::string person_id;
  std::string type_id;
  AbsenceEdge starts_from;
  std::optional<AbsenceEdge> ends_at;  ///< nothing: open
  std::optional<std::string> comment;
  std::optional<std::string> substitute_id;
  std::string status;  ///< APPROVED, PENDING, REJECTED
  std::string timezone;
  std::int64_t created_ms{0};
  std::int64_t updated_ms{0};

  /// True when both cover some moment.
  bool overlaps(const AbsencePeriod& other) const;
};

struct AbsenceDay {
  std::int64_t day{0};  ///< since 1970
  double duration{0};   ///< in the type's unit
};

std::span<const AbsenceType> absence_types();
const AbsenceType* find_absence_type(std::string_view id);

/// The working days of the period and how much of each it takes. An open one counts its first day.
std::vector<AbsenceDay> absence_days(const AbsencePeriod& period);

/// A vacation and a sick leave of each of the first persons.
std::vector<AbsencePeriod> made_up_absences(const People& people);

}  // namespace patchbay::personio_sandbox
