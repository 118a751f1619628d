#include "absences.h"

#include <algorithm>
#include <array>

#include "patchbay/sandbox/clock.h"

namespace patchbay::personio_sandbox {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kAbsentPersons = 60;
constexpr std::uint64_t kAbsenceId = 5000;  // purpose of People::number
constexpr std::int64_t kMaxDays = 3660;     // ours: ten years bound the longest breakdown

constexpr std::array kTypes{
    AbsenceType{"1f0a6a2e-63c1-4b7e-9d55-0a51c6a90001", 113437, "Paid vacation", "PAID_VACATION",
                "DAY", Substitute::possible, true},
    AbsenceType{"1f0a6a2e-63c1-4b7e-9d55-0a51c6a90002", 113438, "Sick leave", "SICK_LEAVE", "DAY",
                Substitute::none, false},
    AbsenceType{"1f0a6a2e-63c1-4b7e-9d55-0a51c6a90003", 113439, "Parental leave",
                "MATERNITY_PARENTAL_LEAVE", "DAY", Substitute::required, true},
    AbsenceType{"1f0a6a2e-63c1-4b7e-9d55-0a51c6a90004", 113440, "Home office", "OFFSITE_WORK",
                "DAY", Substitute::none, true},
    AbsenceType{"1f0a6a2e-63c1-4b7e-9d55-0a51c6a90005", 113441, "Doctor's appointment", "OTHER",
                "HOUR", Substitute::none, false},
};

std::int64_t day_of(std::string_view date_time) {
  return sandbox::parse_iso_date(date_time.substr(0, 10)).value_or(0);
}

std::int64_t ms_of(const std::string& date_time) {
  return sandbox::parse_iso_utc(date_time + 'Z').value_or(0);
}

bool is_weekend(std::int64_t day) {
  const std::int64_t from_sunday = (day + 4) % 7;  // 1970 began on a Thursday
  return from_sunday == 0 || from_sunday == 6;
}

/// How much of one day counts when it is the first, the last, or both.
double part_of_day(const AbsencePeriod& period, bool is_first, bool is_last) {
  const bool starts_late = is_first && period.starts_from.half == "SECOND_HALF";
  const bool ends_early = is_last && period.ends_at && period.ends_at->half == "FIRST_HALF";
  const bool only_first = is_first && is_last && period.starts_from.half == "FIRST_HALF";
  return starts_late || ends_early || only_first ? 0.5 : 1;
}

double hours_of_day(const AbsencePeriod& period, bool is_first, bool is_last) {
  constexpr double kWorkingHours = 8;
  if (!is_first || !is_last || !period.ends_at) return kWorkingHours;
  const auto spent =
      static_cast<double>(ms_of(period.ends_at->date_time) - ms_of(period.starts_from.date_time));
  return std::min(kWorkingHours, spent / 3'600'000);
}

AbsencePeriod made_up(const People& people, std::int64_t index, std::size_t type) {
  const Person person = people.person(index);
  const std::int64_t first = sandbox::days_from_civil(2026, 3, 2) + index;
  const std::string start = sandbox::iso_date(first) + "T00:00:00";
  const std::string end =
      sandbox::iso_date(first + (type == 0 ? 4 : 0)) + (type == 0 ? "T00:00:00" : "T23:59:59");
  const std::int64_t asked_ms = (first - 20) * kDayMs;
  return {.id = people.uuid(index, kAbsenceId + 2 * type),
          .person_id = std::to_string(person.id),
          .type_id = std::string(kTypes[type].id),
          .starts_from = {.date_time = start, .half = {}},
          .ends_at = AbsenceEdge{.date_time = end, .half = {}},
          .comment = {},
          .substitute_id = {},
          .status = index % 7 == 3 ? "PENDING" : "APPROVED",
          .timezone = "Europe/Berlin",
          .created_ms = asked_ms,
          .updated_ms = asked_ms};
}

}  // namespace

std::span<const AbsenceType> absence_types() {
  return kTypes;
}

const AbsenceType* find_absence_type(std::string_view id) {
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const AbsenceType& type) { return type.id == id; });
  return found == kTypes.end() ? nullptr : found;
}

bool AbsencePeriod::overlaps(const AbsencePeriod& other) const {
  const auto starts_before_end = [](const AbsencePeriod& one, const AbsencePeriod& two) {
    return !two.ends_at || one.starts_from.date_time <= two.ends_at->date_time;
  };
  return starts_before_end(*this, other) && starts_before_end(other, *this);
}

std::vector<AbsenceDay> absence_days(const AbsencePeriod& period) {
  const AbsenceType* type = find_absence_type(period.type_id);
  const std::int64_t first = day_of(period.starts_from.date_time);
  const std::int64_t end = period.ends_at ? day_of(period.ends_at->date_time) : first;
  const std::int64_t last = std::min(end, first + kMaxDays);
  std::vector<AbsenceDay> days;
  for (std::int64_t day = first; day <= last; ++day) {
    if (is_weekend(day)) continue;
    const bool in_days = type == nullptr || type->unit == "DAY";
    days.push_back({.day = day,
                    .duration = in_days ? part_of_day(period, day == first, day == last)
                                        : hours_of_day(period, day == first, day == last)});
  }
  return days;
}

std::vector<AbsencePeriod> made_up_absences(const People& people) {
  std::vector<AbsencePeriod> list;
  for (std::int64_t index = 0; index < std::min(kAbsentPersons, people.count()); ++index) {
    list.push_back(made_up(people, index, 0));
    AbsencePeriod sick = made_up(people, index, 1);
    for (std::string* date_time : {&sick.starts_from.date_time, &sick.ends_at->date_time}) {
      *date_time = sandbox::iso_date(day_of(*date_time) - 30) + date_time->substr(10);
    }
    sick.status = "APPROVED";
    list.push_back(std::move(sick));
  }
  return list;
}

}  // namespace patchbay::personio_sandbox
