// Waits again and again.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action* action) {
    action->kind = PATCHBAY_ACTION_WAIT;
    action->wait_ms = 1;
    return PATCHBAY_OK;
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
