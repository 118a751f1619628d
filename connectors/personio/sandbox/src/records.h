#pragma once

#include <vector>

#include "absences.h"
#include "attendances.h"
#include "person_changes.h"
#include "projects.h"

namespace patchbay::personio_sandbox {

/// What clients may write about persons and their time. Starts with a few made-up records of the
/// company's first persons, so that it stays small however large the company is.
struct Records {
  explicit Records(const People& people)
      : projects(made_up_projects(people)),
        attendances(made_up_attendances(people, projects)),
        absences(made_up_absences(people)) {}

  PersonChanges persons;
  std::vector<Project> projects;
  std::int64_t next_project{6001};
  std::vector<AttendancePeriod> attendances;
  std::vector<AbsencePeriod> absences;
};

}  // namespace patchbay::personio_sandbox
