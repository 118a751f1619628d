// Lets a C++ exception out of a step.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action*) { throw 42; }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
