#include "attendances.h"

#include <algorithm>

#include "patchbay/sandbox/clock.h"

namespace patchbay::personio_sandbox {
namespace {

constexpr std::int64_t kTrackingPersons = 40;
constexpr std::uint64_t kPeriodId = 4000;  // purpose of People::number, + 2 * place
constexpr std::int64_t kDayMs = 86'400'000;

struct Slot {
  const char* type;
  const char* start;
  const char* end;
};
constexpr Slot kSlots[] = {{"WORK", "T08:00:00", "T12:00:00"},
                           {"BREAK", "T12:00:00", "T12:30:00"},
                           {"WORK", "T12:30:00", "T16:30:00"}};

}  // namespace

std::vector<AttendancePeriod> made_up_attendances(const People& people,
                                                  const std::vector<Project>& projects) {
  const std::int64_t thursday = sandbox::days_from_civil(2026, 5, 28);
  std::vector<AttendancePeriod> list;
  for (std::int64_t index = 0; index < std::min(kTrackingPersons, people.count()); ++index) {
    std::uint64_t purpose = kPeriodId;
    for (std::int64_t day = thursday; day < thursday + 2; ++day) {
      for (const Slot& slot : kSlots) {
        AttendancePeriod period{.id = people.uuid(index, purpose),
                                .person_id = std::to_string(people.id(index)),
                                .type = slot.type,
                                .status = day == thursday ? "CONFIRMED" : "PENDING",
                                .start = sandbox::iso_date(day) + slot.start,
                                .end = sandbox::iso_date(day) + slot.end,
                                .comment = {},
                                .project_id = {},
                                .is_auto_generated = std::string_view(slot.type) == "BREAK",
                                .created_ms = day * kDayMs + kDayMs / 2,
                                .updated_ms = day * kDayMs + kDayMs / 2};
        const bool on_project = index % 2 == 0 && period.type == "WORK" && !projects.empty();
        if (on_project) period.project_id = projects.front().id;
        list.push_back(std::move(period));
        purpose += 2;
      }
    }
  }
  return list;
}

}  // namespace patchbay::personio_sandbox
