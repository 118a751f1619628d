// Hangs in the first step of a flow.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action*) {
    misfit::hang();
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
