#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people.h"
#include "projects.h"

namespace patchbay::personio_sandbox {

/// Times are local to the person, `2026-05-29T08:00:00`.
struct AttendancePeriod {
  std::string id;  ///< UUID
  std::string person_id;
  std::string type;    ///< WORK, BREAK
  std::string status;  ///< PENDING, CONFIRMED, REJECTED
  std::string start;
  std::optional<std::string> end;  ///< nothing: still running
  std::optional<std::string> comment;
  std::optional<std::string> project_id;
  bool is_auto_generated{false};
  std::int64_t created_ms{0};
  std::int64_t updated_ms{0};

  std::string_view day() const { return std::string_view(start).substr(0, 10); }
};

/// Morning, break and afternoon of the last two working days, for the first persons.
std::vector<AttendancePeriod> made_up_attendances(const People& people,
                                                  const std::vector<Project>& projects);

}  // namespace patchbay::personio_sandbox
