// Dies by SIGSEGV in the first step of a flow.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status step(patchbay_flow*, const patchbay_event*, patchbay_action*) {
    std::raise(SIGSEGV);
    return PATCHBAY_OK;
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
