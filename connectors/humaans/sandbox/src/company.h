// The records of the company: what there is at first, and what may be set.
#pragma once

#include "collection.h"

namespace humaans_sandbox {

struct Company {
  Company();

  Collection people, job_roles, compensations, locations, companies, time_away, time_away_types,
      time_away_allocations, documents;
};

}  // namespace humaans_sandbox
