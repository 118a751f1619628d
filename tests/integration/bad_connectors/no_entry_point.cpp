// Exports another function than the one that is asked for.
#include "base.h"

extern "C" PATCHBAY_EXPORT int somebody_elses_query();
int somebody_elses_query() {
  return misfit::Base::manifest().empty() ? 1 : 0;
}
