// Answers with counts that its lists do not have.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action* action) {
    action->kind = PATCHBAY_ACTION_REQUESTS;
    action->requests = nullptr;
    action->request_count = 3;
    return PATCHBAY_OK;
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
