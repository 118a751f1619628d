// Aborts when a flow begins.
#include "base.h"

namespace {

struct Connector : misfit::Base {
  static patchbay_status begin(patchbay_instance*, const patchbay_input*, patchbay_flow**) {
    std::abort();
  }
};

}  // namespace

MISFIT_CONNECTOR(Connector)
