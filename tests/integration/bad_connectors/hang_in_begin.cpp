// Hangs when a flow begins.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status begin(patchbay_instance*, const patchbay_input*, patchbay_flow**) {
    misfit::hang();
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
