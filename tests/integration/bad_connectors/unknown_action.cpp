// Wants something that no host knows.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action* action) {
    action->kind = 4711;
    return PATCHBAY_OK;
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
